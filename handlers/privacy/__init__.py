"""Erasure of a person's data, and retention limits."""
