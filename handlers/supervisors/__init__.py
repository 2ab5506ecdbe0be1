"""Commands and questions of supervisors."""
