"""Pictures of figures, as they are sent into the chat."""
