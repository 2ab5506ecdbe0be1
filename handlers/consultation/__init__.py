"""Questions: answered from the town's table and its contacts, else by a person, whose answer may join the table."""
