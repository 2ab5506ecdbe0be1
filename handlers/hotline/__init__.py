"""12345: import the hotline's orders with their deadlines, and export the outcomes."""
