"""Reads the templates and writes functions/catalog.json, so that the app need not parse HCL.

discovery → hcl → interface (types, conditions, patterns) → metadata → build → `python -m local.catalog`.
"""
