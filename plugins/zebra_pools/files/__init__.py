"""Tables in files or on the Hub: how each format is opened and read."""
