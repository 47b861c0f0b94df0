"""How often a model prefers the chosen response."""
