"""The model to train: its tokenizer, adapters, and a tiny model to try training with."""
