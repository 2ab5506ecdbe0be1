"""Tells other systems over HTTP of every change of a ticket."""
