"""The border: French JSON shapes in, records out, and back. Validation happens here and nowhere else."""
