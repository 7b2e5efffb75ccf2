"""Terraform: its commands, files and messages."""
