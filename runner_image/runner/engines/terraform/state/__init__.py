"""Terraform's state: its place, its lock, its recovery and its removal."""
