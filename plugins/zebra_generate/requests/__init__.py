"""Requests: prompts, where they come from, and the models that answer them."""
