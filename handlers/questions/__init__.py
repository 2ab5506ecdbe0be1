"""Questions in plain words to figures."""
