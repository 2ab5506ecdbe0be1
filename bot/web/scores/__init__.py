"""A statement of 考评 as a page, what each of its lines opens to, and the same as a file."""
