"""Check, backup, menu."""
