"""The one transaction a message; order of routers."""
