"""What billing-svc shows: one query, one function, one answer."""
