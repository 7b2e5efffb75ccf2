"""What time does: reconciling, expiry, retention."""
