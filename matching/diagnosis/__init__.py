"""What in an employer's demand shrinks the pool of people, and what would widen it."""
