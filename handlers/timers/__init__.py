"""What happens by itself: limits, chores, lost work."""
