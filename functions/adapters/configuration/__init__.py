"""Reads files that the owner packages with the app."""
