"""Dialogues not about a ticket: welcome, help, home, talking to staff, erasure."""
