"""Finding or fetching Terraform, its providers and Azurite."""
