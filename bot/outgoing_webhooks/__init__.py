"""Notifies other systems over HTTP of each change of a ticket."""
