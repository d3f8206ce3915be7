"""How digests leave the house: one channel a file, and what they have in common."""
