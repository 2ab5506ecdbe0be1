"""Frozen snapshots of grids, places, teams and staff."""
