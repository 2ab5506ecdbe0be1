"""The supervisors' board, with daily sums that the worker maintains."""
