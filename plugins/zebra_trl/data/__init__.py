"""The dataset to train on, as rows of token ids."""
