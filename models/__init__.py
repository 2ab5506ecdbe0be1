"""Tables, and the rules that always hold. Importing this package registers every table."""

from models import conversation, grid, moves, person, push, ticket

__all__ = ["conversation", "grid", "moves", "person", "push", "ticket"]
