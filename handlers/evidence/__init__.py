"""Photos and voices of a ticket: who gets them, and checks of photos of the work."""
