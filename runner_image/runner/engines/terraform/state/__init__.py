"""Terraform's state: where it lies, who locks it, how it is recovered and removed."""
