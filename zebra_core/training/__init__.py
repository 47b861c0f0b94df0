"""Training: the contract of trainers, and the folder of a trained model."""
