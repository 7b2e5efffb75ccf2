"""Templates, and the provider types to which they belong."""
