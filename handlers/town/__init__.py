"""Rules and words that a clerk keeps; Town."""
