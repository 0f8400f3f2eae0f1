"""What clients send."""

from houqin_shared.fields import SomeNote, SomeText
from pydantic import BaseModel, ConfigDict


class PaymentOrder(BaseModel):
    """Nothing needs to be said; all that is payable is paid, today."""

    model_config = ConfigDict(extra="forbid")

    note: SomeNote = None
    text: SomeText = None

    @property
    def said(self) -> str | None:
        return "\n".join(part for part in (self.text, self.note) if part) or None
