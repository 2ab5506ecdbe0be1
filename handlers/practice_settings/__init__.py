"""What this town does between tickets, and what it calls that."""
