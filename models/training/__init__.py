"""Making the published models. The `train` extra is needed here, and nowhere else."""
