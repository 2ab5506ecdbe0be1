"""Other systems that are told of every change of a ticket."""
