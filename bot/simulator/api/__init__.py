"""The platform's API: what it answers to which call."""
