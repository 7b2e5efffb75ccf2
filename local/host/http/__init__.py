"""The development host's HTTP server and routes."""
