"""Records to rows: one projector a collection. It fills the columns and says which texts make the vector."""
