"""The questions that a dialogue can leave open."""

FIGURES = "supervising.figures"
"""A list of figures is open, and a number opens one"""


ROWS = "asking.rows"
"""The rows of an answer are shown, and a number opens one"""
