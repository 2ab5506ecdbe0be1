"""Disclosure: which reader may see which fields of a ticket, and masks for free text."""
