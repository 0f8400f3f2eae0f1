"""Accepts findings: a session a request, then one publication a finding."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import uvicorn
from fastapi import FastAPI, Request
from faststream.kafka import KafkaBroker
from pydantic import BaseModel

from bench.ordinary import TOPIC
from bench.ordinary.models import Finding, FindingConfirmed, sessions_of


class NewFinding(BaseModel):
    id: str
    criterion: str
    place: str
    severity: str


class NewVisit(BaseModel):
    id: str
    contract: str
    tier: str
    happened_on: date
    findings: list[NewFinding]


class Recorded(BaseModel):
    id: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.sessions = sessions_of(os.environ["DATABASE_URL"])
    async with KafkaBroker(os.environ["KAFKA"], acks="all") as broker:
        app.state.broker = broker
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/v1/offices/{office}/visits", status_code=201)
async def record(office: str, visit: NewVisit, request: Request) -> Recorded:
    findings = [
        Finding(
            id=finding.id,
            office=office,
            visit=visit.id,
            contract=visit.contract,
            criterion=finding.criterion,
            place=finding.place,
            severity=finding.severity,
            happened_on=visit.happened_on,
        )
        for finding in visit.findings
    ]
    async with request.app.state.sessions() as session:
        session.add_all(findings)
        await session.commit()
    for finding in findings:
        await request.app.state.broker.publish(
            FindingConfirmed.model_validate(finding, from_attributes=True),
            TOPIC,
            key=f"{office}/{visit.contract}".encode(),
        )
    return Recorded(id=visit.id)


if __name__ == "__main__":
    uvicorn.run(
        app, port=int(os.environ["PORT"]), loop="uvloop", http="httptools",
        log_level="warning", access_log=False,
    )  # fmt: skip
