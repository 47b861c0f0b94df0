"""Filters of the pool: what is left out before responses are paired."""
