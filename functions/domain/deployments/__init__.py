"""Deployments and their operations: the data, the transitions, and the changes that they write."""
