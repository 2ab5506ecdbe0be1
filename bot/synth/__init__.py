"""A synthetic year of a town: any number of tickets, to test the program under load."""
