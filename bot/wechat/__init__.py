"""Calls to WeChat's API: the access token, messages, media."""
