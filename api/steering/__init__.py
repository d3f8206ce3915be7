"""What the page of whoever steers the network is made of, each part computed beside the requests."""
