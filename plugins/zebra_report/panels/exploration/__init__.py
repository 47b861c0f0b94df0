"""What the part "Explore the choice" of a report is made of."""
