"""Slipway's FunctionApp: the API, its workers, and the code that the runner shares with them."""

__version__ = "0.1.0"
