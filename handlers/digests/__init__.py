"""Digests for leaders: daily, and weekly on Mondays."""
