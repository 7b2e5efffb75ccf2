"""Checks values against schemas, and describes the problems in words. Uses only the domain."""
