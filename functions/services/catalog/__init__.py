"""Use cases on templates and providers, and the template snapshots that deployments run from."""
