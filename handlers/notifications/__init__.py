"""How a ticket is shown, who is notified, and pushes."""
