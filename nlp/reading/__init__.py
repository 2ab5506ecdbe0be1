"""Text to Understanding."""
