"""Finds or installs Terraform, its providers and Azurite."""
