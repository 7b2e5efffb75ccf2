"""Slipway on one machine: what `./dev` does. The app itself knows nothing of this package."""
