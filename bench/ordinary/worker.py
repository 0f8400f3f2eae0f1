"""Books a deduction for every finding: one message, one session, one transaction."""

import logging
import os

import uvloop
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from sqlalchemy.exc import IntegrityError

from bench.ordinary import TOPIC
from bench.ordinary.models import Deduction, Entry, FindingConfirmed, sessions_of

FEN = {"general": 50_00, "major": 500_00}
sessions = sessions_of(os.environ["DATABASE_URL"])
broker = KafkaBroker(os.environ["KAFKA"], logger=None)


@broker.subscriber(
    TOPIC,
    group_id="ordinary",
    auto_offset_reset="earliest",
    # The default commits before the message is handled: money would be lost.
    ack_policy=AckPolicy.NACK_ON_ERROR,
)
async def book(fact: FindingConfirmed) -> None:
    fen = FEN[fact.severity]
    async with sessions() as session:
        session.add(
            Deduction(
                office=fact.office,
                contract=fact.contract,
                finding=fact.id,
                happened_on=fact.happened_on,
                entries=[
                    Entry(account="payable", fen=fen),
                    Entry(account="deductions", fen=-fen),
                ],
            )
        )
        try:
            await session.commit()
        except IntegrityError:
            # Kafka delivered it again, as it does when consumers come and go: it is booked.
            await session.rollback()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    uvloop.run(FastStream(broker).run())
