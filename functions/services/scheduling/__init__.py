"""When a deployment is looked at next: active entries and wake-ups."""
