"""The web server: gunicorn's processes, waitress, and rounds of messages."""
