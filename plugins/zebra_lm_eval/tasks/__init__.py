"""Task files of lm-evaluation-harness: the papers' six benchmarks (group `zebra`), and the demo's questions (`zebra_demo`)."""
