"""Features and weights."""
