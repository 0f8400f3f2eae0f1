"""What tests of the mechanism need: its tables without a service around them."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from houqin_shared.tables import mechanism_tables


async def create_mechanism(url: str, *more: sa.Table) -> None:
    """Create the mechanism's tables, and `more`, in an empty database."""
    metadata = sa.MetaData()
    mechanism_tables(metadata)
    for table in more:
        table.to_metadata(metadata)
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
