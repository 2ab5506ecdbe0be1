"""What leaders are told together: twice a day, and on Mondays."""
