"""What seals secrets."""
