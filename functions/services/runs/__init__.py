"""The API family of infrastructure runs."""
