"""Offices, as clients register them."""

from datetime import date
from typing import Annotated, Literal

from houqin_shared.text import Name, Text
from pydantic import Field, model_validator

from contract_svc.asked.remarks import Remarks


class OfficeBody(Remarks):
    """An office as it is registered."""

    name: Name = Field(
        description="The name of the office 机关名称", examples=["鄂州市机关事务管理局"]
    )
    clock: Literal["live", "manual"] = Field(
        description="live: days pass by themselves; manual: they are swept through the API"
    )
    opens_on: Annotated[date, Field(ge=date(1899, 12, 31), lt=date(2200, 1, 1))] | None = Field(
        default=None,
        description="Its first day, already swept. Today if left out; a manual clock needs it",
    )
    imported_from: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None, description="The file that its past comes from, such as sha256:..."
    )

    @model_validator(mode="after")
    def _a_manual_clock_starts_somewhere(self) -> "OfficeBody":
        if self.clock == "manual" and self.opens_on is None:
            raise ValueError("a manual clock needs opens_on, the day on which it starts")
        return self
