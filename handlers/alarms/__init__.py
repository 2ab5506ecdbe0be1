"""Alarms: patterns in tickets that a supervisor should look at early."""
