"""Short answers to our own questions: which option, yes or no, or nothing of the kind."""
