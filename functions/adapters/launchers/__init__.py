"""What starts the runner's jobs."""
