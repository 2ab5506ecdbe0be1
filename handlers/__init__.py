"""What the bot does: dialogue, filing, routing, working, supervising, telling."""
