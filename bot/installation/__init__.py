"""One installation: settings, keys, the town's data, migrations."""
