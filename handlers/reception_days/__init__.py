"""接待日: staff receive residents in their compound; each promise made there becomes a ticket."""
