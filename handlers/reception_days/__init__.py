"""接待日: somebody receives residents in their compound; what is promised there is a ticket."""
