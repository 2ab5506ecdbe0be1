"""12345: orders of the hotline come in with their own deadline, and their outcome goes back."""
