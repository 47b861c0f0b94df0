"""Recipes: the choices of a run, and the components and inputs they resolve to."""
