"""We call WeChat."""
