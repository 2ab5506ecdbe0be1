"""What would happen: route preview, reroute, replay of limits."""
