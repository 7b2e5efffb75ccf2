"""Masks secrets in everything that the runner writes."""
