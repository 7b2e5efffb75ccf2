"""Use cases on one operation."""
