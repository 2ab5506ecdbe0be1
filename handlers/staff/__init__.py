"""What grid and property staff say."""
