"""Launchers, which start the runner's jobs."""
