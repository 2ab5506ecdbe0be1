"""Photos, voices and videos: type check, conversion and storage."""
