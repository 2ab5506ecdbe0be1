"""What residents say about themselves and the service: welcome, help, home, a person, erasure."""
