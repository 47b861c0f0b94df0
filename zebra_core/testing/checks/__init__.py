"""The checks: one module for each kind of component, and one for all kinds."""
