"""QR codes for printing: created once at the platform, drawn on sheets with their names."""
