"""One verb, one function, one transaction: load, ask the rules, store, tell."""
