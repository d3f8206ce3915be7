"""The audit log: who saw, searched, contacted, changed what, in lines that tell when one of them was touched."""
