"""What stands between the network and the routes: who is called, how much and how long, what is told of it."""
