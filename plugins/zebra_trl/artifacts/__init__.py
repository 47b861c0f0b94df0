"""What a training leaves in its folder: checkpoints, metrics, curves and the model card."""
