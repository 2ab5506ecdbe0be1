"""One event, reported by many residents."""
