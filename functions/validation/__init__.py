"""Checks of values against schemas, and the words for what is wrong. Knows the domain only."""
