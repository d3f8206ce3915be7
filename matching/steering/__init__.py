"""What whoever steers the network looks at: figures of the whole, in which nobody is told apart."""
