"""The office's rules about those who are served: pure functions of values (F1 to F5)."""
