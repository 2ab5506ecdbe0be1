"""志愿: residents volunteer; staff call them for work in their compound; their hours are counted."""
