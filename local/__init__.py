"""Slipway on one machine: the verbs of `./dev`. The app itself never uses this package."""
