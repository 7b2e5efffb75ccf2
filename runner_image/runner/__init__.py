"""The runner: one job in one process, from its claim to its result (runner_image/README.md)."""
