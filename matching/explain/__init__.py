"""Reasons in plain French: every criterion of a score says what it saw; what bars, what is missing and what would
change it are said apart. Each service has a `Voice` for each of its readers."""
