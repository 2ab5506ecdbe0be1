"""志愿: neighbours who help; called by those who serve the compound, thanked, their hours counted."""
