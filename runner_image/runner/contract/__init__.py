"""The runner's side of the contract with the app: claims, heartbeat, log, result."""
