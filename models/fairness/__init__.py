"""What rankings do to groups of people: rates, exposure, gaps and proxies. Nothing here ranks; nothing that ranks reads
this."""
