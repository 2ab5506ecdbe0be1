"""Photos and voices of a ticket: who gets to see and hear them, what is asked for them."""
