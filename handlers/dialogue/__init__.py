"""Message, context, router, open questions, which ticket."""
