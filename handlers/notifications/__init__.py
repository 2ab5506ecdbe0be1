"""How a ticket reads, who is told, pushes."""
