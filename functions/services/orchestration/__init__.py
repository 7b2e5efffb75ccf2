"""`advance` and its steps."""
