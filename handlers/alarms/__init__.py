"""Alarms: what a supervisor should look at before anybody complains of it."""
