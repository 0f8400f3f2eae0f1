"""What this service does: one verb, one function, one transaction."""
