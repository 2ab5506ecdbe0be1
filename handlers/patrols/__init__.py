"""巡查: patrol points, check-ins by code or pin, missed rounds, and problems found by patrols."""
