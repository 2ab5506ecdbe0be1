"""What all practices share: who serves a compound, promises, announcements."""
