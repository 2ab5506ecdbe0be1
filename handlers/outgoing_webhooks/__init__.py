"""Subscribers: other systems that get every change of a ticket."""
