"""Reasons in plain French: every criterion of a score says what it saw; what is missing is said apart."""
