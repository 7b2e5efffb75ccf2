"""The development host's queue listeners."""
