"""Endings and extensions that somebody above decides: 延期, 挂账, 权属, 结案."""
