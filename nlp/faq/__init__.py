"""Questions that are asked again and again: which of the town's answers fits, and which question is a grievance."""
