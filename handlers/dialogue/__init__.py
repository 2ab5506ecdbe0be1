"""Messages and replies, context, router, open questions, and which ticket a message is about."""
