"""What is counted and printed: progress, costs, and what came of the requests."""
