"""Starts, reads and stops subprocesses."""
