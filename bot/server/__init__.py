"""Gunicorn + waitress + rounds."""
