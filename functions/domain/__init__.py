"""What a deployment is and how it may move. Standard library only; the runner shares it."""
