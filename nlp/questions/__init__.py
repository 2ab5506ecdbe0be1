"""What a supervisor's question is made of, without the database."""
