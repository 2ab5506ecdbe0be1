"""Tables, and the rules that always hold. Importing this package registers every table."""

from models import conversation, grid, learning, moves, person, push, roster, ticket

__all__ = ["conversation", "grid", "learning", "moves", "person", "push", "roster", "ticket"]
