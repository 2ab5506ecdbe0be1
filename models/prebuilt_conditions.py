"""A cache for conditions and statements, because building one costs more than an indexed query."""

from functools import lru_cache

kept = lru_cache(maxsize=256)
"""For functions whose arguments are a team, an area or other cached conditions (which are found by identity).

A value of one message (a number, a time) must be a bindparam instead, given at execution.
"""
