"""Phone pages that the chat links to."""
