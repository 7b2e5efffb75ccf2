"""The development host's timers."""
