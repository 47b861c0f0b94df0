"""Requests to models, and the responses to them."""
