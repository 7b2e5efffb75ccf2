"""Secret boxes, which encrypt secrets."""
