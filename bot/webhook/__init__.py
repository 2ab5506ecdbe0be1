"""WeChat calls us."""
