"""Reads the templates and writes functions/catalog.json, so that the app parses no HCL at run time.

discovery → hcl → interface (types, conditions, patterns) → metadata → build → `python -m local.catalog`.
"""
