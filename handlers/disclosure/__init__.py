"""Who reads what of a ticket: one table, and the masks of free words."""
