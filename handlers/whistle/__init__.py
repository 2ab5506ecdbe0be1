"""Whistles: calling teams to a ticket (吹哨), reporting in (报到), the roll call (点名)."""
