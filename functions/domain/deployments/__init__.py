"""Deployments and their operations: data, transitions, and what one change writes."""
