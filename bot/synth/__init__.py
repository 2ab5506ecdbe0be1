"""A synthetic town's year: tickets in any number, to see how the program carries them before real ones are there."""
