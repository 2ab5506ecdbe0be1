"""Counts and calendar days."""
