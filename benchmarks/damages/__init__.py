"""Files that are damaged in every way that disks and people damage them, and what becomes of who reads them."""
