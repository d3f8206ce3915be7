"""What the store keeps of who may sign in. Functions take a connection: of `Writer` where they change something."""
