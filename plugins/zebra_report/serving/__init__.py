"""The local server of a report, which shows all pairs of a dataset."""
