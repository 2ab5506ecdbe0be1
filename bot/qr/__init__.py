"""Printed codes: made at the platform once, drawn on sheets with their names."""
