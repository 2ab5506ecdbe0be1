"""Sends and rings."""
