"""Read tables that people keep in spreadsheets."""
