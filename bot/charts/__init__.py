"""Charts of figures, sent as pictures into the chat."""
