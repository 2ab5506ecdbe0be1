"""One event, many residents."""
