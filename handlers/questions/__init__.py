"""Figures that answer questions in plain words."""
