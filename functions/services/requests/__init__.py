"""The API family of users' requests."""
