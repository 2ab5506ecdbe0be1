"""Figures, and calendar days in SQL."""
