"""Flask app, downloads, metrics."""
