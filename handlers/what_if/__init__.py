"""What would happen: preview of a route, rerouting, replay of limits."""
