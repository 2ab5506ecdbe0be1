"""Questions by residents: answered from the town's table and contacts, else by staff."""
