"""Each message is answered in one transaction; the order of the routers."""
