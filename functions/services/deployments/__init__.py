"""Use cases on a deployment as a whole."""
