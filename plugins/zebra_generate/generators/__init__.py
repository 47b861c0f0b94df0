"""The generators: one file for each way to let a model answer."""
