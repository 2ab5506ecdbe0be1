"""Frequent questions: which of the town's answers fits, and which question is a grievance."""
