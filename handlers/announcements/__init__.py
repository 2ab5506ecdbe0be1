"""Announcements (停水 and the like): who may write them, recipients, and answers to reports about them."""
