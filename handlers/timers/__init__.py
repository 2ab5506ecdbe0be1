"""Timers: limits, scheduled chores, lost work."""
