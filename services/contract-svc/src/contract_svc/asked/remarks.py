"""What every request's body has in common."""

from houqin_shared.text import Text
from pydantic import BaseModel, ConfigDict, Field


def _nothing(value: object) -> bool:
    return value is None


class Body(BaseModel):
    """Something that clients send: no field that nobody asked for."""

    model_config = ConfigDict(extra="forbid", serialize_by_alias=True, validate_by_name=True)


class Remarks(Body):
    """What people may write beside the fields; left out where nothing was written."""

    name_en: Text | None = Field(
        default=None, exclude_if=_nothing, description="A name or title in English 英文名称"
    )
    text: Text | None = Field(
        default=None, exclude_if=_nothing, description="What there is to say about it 正文"
    )
    note: Text | None = Field(default=None, exclude_if=_nothing, description="A remark 备注")
