"""Work that timers start: reconcile, expiry, retention."""
