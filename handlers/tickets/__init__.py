"""Tickets (工单): access, filing, clocks, escalation."""
