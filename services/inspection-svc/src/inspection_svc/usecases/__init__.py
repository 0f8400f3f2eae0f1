"""What people, other services and time do here: one verb, one function, one transaction."""
