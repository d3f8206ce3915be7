"""Pages for people: rendered here, in French, over the functions that the JSON routes call; no script is needed."""
