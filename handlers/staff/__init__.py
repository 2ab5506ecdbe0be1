"""Commands and messages of grid and property staff."""
