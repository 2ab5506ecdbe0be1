"""Tables, and the rules that always hold. Importing this package registers every table."""

from models import conversation, follower, grid, learning, moves, person, push, roster, support, ticket

__all__ = ["conversation", "follower", "grid", "learning", "moves", "person", "push", "roster", "support", "ticket"]
