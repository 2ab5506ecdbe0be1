"""Settings, keys, town keeper, migrations."""
