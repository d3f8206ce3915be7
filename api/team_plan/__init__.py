"""The plan that a team keeps for a week: read day by day, changed by hand, and made anew around what is fixed."""
