"""Tables, and the rules that always hold."""
