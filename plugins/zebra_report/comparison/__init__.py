"""The page that puts datasets side by side."""
