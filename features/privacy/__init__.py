"""What keeps people's data theirs: the keys that seal it, who was erased, and where traces lie."""
