"""Pages for phones that the chat links to."""
