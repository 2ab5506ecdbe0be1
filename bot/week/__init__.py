"""A week of a town lived through on a fake platform with the true quotas: what arrives, and what is refused."""
