"""What is kept on disk: the journal of responses, and the pool."""
