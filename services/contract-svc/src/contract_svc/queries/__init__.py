"""What is shown: reading, and nothing else."""
