"""A second engine, which ships in the tests only: its templates are texts, what it deploys is a file."""
