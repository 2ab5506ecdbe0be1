"""Conditions and statements that are built once: to build one costs more than an index takes to answer it."""

from functools import lru_cache

kept = lru_cache(maxsize=256)
"""For what makes them out of somebody's team and area, or out of others that are kept: a condition is known again by
being the same object. What hangs on the message (a number, a moment) is a bindparam, given when it is executed.
"""
