"""What residents say."""
