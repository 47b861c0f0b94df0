"""Response pools: instructions that several models answered."""
