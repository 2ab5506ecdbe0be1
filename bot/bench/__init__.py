"""Benchmarks: each figure is measured in one run on one machine, next to a figure to compare it with."""
