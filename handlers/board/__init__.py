"""The board: what a supervisor sees at a glance, with sums that the worker keeps."""
