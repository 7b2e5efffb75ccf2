"""Hiding secrets in all that the runner writes."""
