"""Reading a Terraform template's interface."""
