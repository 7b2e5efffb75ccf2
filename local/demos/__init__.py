"""What `./dev demo` shows."""
