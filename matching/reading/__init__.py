"""An employer's words, read as a need that may be corrected before it is searched."""
