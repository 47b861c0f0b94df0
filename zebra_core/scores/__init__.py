"""Scores: tables, catalogues of benchmarks, normalisation, and warnings about scores."""
