"""What the program costs, measured in one run on one machine, always beside something that it can be compared to."""
