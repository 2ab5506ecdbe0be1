"""Frozen picture of grids, places, teams, staff."""
