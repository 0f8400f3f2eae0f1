"""What the served say: the "110" hotline, surveys, liaisons (section 7 of the domain)."""
