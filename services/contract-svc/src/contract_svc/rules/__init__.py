"""The office's rules about contracts, as pure functions of values."""
