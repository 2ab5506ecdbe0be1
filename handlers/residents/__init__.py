"""What residents say to the bot: reports, progress, corrections, ratings, withdrawals."""
