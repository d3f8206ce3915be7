"""How long each thing about people is kept, and what goes when its time is over. One rule a file, one registry line."""
