"""`zebra pool`: what is in a pool, and a clean copy of it."""
