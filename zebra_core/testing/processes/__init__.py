"""Other processes: the same component in one, and a training that is killed."""
