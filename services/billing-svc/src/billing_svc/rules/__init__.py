"""What a contract costs, as sentences of the office's made exact (M1-M3, B1-B12)."""
