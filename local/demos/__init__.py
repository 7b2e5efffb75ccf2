"""The demos of `./dev demo`."""
