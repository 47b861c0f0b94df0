"""Pairing: candidates of an instruction, strategies, and rules."""
