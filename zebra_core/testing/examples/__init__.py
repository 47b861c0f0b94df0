"""Examples: what components are called with in the checks, and what comes of it."""
