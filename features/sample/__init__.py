"""The small world that ships with the package: real occupations, places and certifications, written by hand."""
