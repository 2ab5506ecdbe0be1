"""The board's pages: the board, the tickets behind a number, one ticket to print."""
