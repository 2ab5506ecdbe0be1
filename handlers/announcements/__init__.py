"""Notices ahead: who may write them, whom they reach, and what reports of it are answered while it lasts."""
