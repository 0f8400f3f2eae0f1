"""Its tables as the ORM sees them, and what travels."""

from datetime import date

from pydantic import BaseModel
from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Finding(Base):
    __tablename__ = "findings"

    id: Mapped[str] = mapped_column(primary_key=True)
    office: Mapped[str]
    visit: Mapped[str]
    contract: Mapped[str]
    criterion: Mapped[str]
    place: Mapped[str]
    severity: Mapped[str]
    happened_on: Mapped[date]


class Deduction(Base):
    __tablename__ = "deductions"
    __table_args__ = (UniqueConstraint("office", "contract", "finding"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    office: Mapped[str]
    contract: Mapped[str]
    finding: Mapped[str]
    happened_on: Mapped[date]
    entries: Mapped[list["Entry"]] = relationship()


class Entry(Base):
    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    deduction_id: Mapped[int] = mapped_column(ForeignKey("deductions.id"), index=True)
    account: Mapped[str]
    fen: Mapped[int] = mapped_column(BigInteger)


class FindingConfirmed(BaseModel):
    id: str
    office: str
    contract: str
    severity: str
    happened_on: date


def engine_of(url: str) -> AsyncEngine:
    return create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))


def sessions_of(url: str) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine_of(url), expire_on_commit=False)
