"""The rules of inspection: pure functions of values; the day is an argument."""
