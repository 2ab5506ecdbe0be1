"""Speech recognition: by a server, by a local model, or none."""
