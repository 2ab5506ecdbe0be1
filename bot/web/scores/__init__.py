"""A statement of 考评 as a page, the tickets behind each of its lines, and the same as a file."""
