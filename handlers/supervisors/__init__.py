"""What supervisors say."""
