"""The processes of Slipway on one machine."""
