"""Operators' tasks: check, backup, menu."""
