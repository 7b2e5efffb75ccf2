"""What a request must pass before anything is written."""
