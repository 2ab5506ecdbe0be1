"""The work order: access, filing, clocks, escalation."""
