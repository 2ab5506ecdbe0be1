"""Appeals (申诉) against counting a ticket, and the rates with and without appeals and other exclusions."""
