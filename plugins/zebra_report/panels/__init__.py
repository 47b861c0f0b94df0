"""The interactive parts of a report: each returns a `Panel`."""
