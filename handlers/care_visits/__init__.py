"""走访: those who are looked after, when somebody should see them, and what they found."""
