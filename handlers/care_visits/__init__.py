"""走访: visits to people on the care list."""
