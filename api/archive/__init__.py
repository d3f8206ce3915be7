"""What is known of one person, section by section (GDPR art. 15 and 20). A section is a function and a line."""
