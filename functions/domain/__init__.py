"""The domain: deployments, their operations and their jobs. Standard library only; the runner shares it."""
