"""Simulates a town's week on a fake platform with the real quotas: what arrives, and what is refused."""
