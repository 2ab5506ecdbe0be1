"""Corpus to model."""
