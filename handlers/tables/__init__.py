"""Tables that people keep in a spreadsheet program."""
