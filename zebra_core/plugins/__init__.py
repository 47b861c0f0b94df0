"""Plugins: their components, and how they are found and called."""
