"""World files to database."""
