"""Gazetteer and houses."""
