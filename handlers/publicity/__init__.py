"""公示: each month, by compound and without personal data, what was filed, done, promised and kept; chained."""
