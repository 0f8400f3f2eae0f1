"""What the served say: the "110" hotline, surveys, liaisons."""
