"""The commands `audit`, `compare` and `sweep`."""
