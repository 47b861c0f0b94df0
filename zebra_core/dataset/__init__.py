"""The dataset folder: shards, manifest and card."""
