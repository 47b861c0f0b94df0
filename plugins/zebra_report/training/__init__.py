"""The page of a training, finished or still running."""
