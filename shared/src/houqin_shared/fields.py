"""Fields that many requests and answers have: one type and one description for each."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from houqin_shared.text import Id, Text

ContractNumber = Annotated[
    str, Field(description="The contract's number 合同编号", examples=["cleaning-2017"])
]
NewContractNumber = Annotated[
    Id, Field(description="The contract's number 合同编号", examples=["cleaning-2017"])
]
HappenedOn = Annotated[
    date, Field(description="The legal day on which it happened; rules use this one (T3)")
]
RecordedOn = Annotated[date, Field(description="The office's day on which it was recorded (T3)")]
RecordedBy = Annotated[
    str, Field(description="Who recorded it: the caller, and for whom, if a system did")
]
Paper = Annotated[
    Literal["paper"],
    Field(description="Decided or counted on paper, and recorded as such 书面决定"),
]
WrittenText = Annotated[
    str | None, Field(description="What was written about it; null: nothing 正文")
]
WrittenNote = Annotated[str | None, Field(description="A remark of the office; null: none 备注")]
EnglishName = Annotated[
    str | None, Field(description="A name or title in English; null: none 英文名称")
]
SomeText = Annotated[Text | None, Field(description="What there is to say about it 正文")]
SomeNote = Annotated[Text | None, Field(description="A remark of the office 备注")]
