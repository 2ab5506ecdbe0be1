"""The town's settings for practices (reception days, meetings, patrols and so on)."""
