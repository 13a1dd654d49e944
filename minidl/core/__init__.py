"""The book: what happens in `fit`, and nothing else."""
