"""The floor: this very path with nothing in it but the path.

Typed POST -> one CTE (rows and outbox rows) -> relay in commit order -> Kafka (acks=all,
idempotent) -> batches with inbox and double entry. No token, no Idempotency-Key, no repeat rule, no
rule set: what is left is what the tools cost.
"""

TOPIC = "stripped"
PARTITIONS = 6
