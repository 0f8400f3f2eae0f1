"""The peer: the stack that one would write.

FastAPI with an ORM session per request, FastStream publishing after the commit (what is committed
and not published is lost in a crash), and a subscriber that books one message in one transaction.
"""

TOPIC = "ordinary"
PARTITIONS = 6
