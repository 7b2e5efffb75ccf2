"""Templates and the provider types that they belong to."""
