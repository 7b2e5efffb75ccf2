"""Schedules the next check of a deployment: index entries and queue messages."""
