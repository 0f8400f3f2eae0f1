"""The contract service: who may serve, under which terms, until when."""
