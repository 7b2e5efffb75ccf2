"""Reads the interface of a Terraform template."""
