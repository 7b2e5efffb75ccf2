"""A second engine, for tests only: its templates are texts, and it deploys a file."""
