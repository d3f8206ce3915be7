"""What the text of an offer says that it should not, and what it leaves unsaid."""
