"""Templates, providers, and the snapshots of templates that deployments run from."""
