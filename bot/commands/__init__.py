"""The command line, one module a topic. Errors are told in a line, in Chinese, and end with status 2."""
