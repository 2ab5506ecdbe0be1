"""Import of the world files into the database."""
