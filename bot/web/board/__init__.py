"""The board's pages: the board itself, the tickets of a number, one ticket to print."""
