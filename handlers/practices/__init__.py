"""Shared by all practices: who serves a compound, promises, news to residents."""
