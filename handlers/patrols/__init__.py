"""巡查: points of a grid's rounds, check-ins by code or pin, missed rounds, and what was found before anybody told."""
