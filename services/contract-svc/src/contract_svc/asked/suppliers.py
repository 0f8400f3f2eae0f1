"""Suppliers and their evidence, as clients send them (C1)."""

from datetime import date
from typing import Annotated

from houqin_shared.text import Id, Name
from pydantic import AfterValidator, Field, StrictBool, WithJsonSchema

from contract_svc.asked.remarks import Remarks
from contract_svc.rules.credit_code import is_credit_code
from contract_svc.rules.gates import Gate


def _real_code(code: str) -> str:
    if not is_credit_code(code):
        raise ValueError("this is not a unified social credit code (GB 32100): check it")
    return code


CreditCode = Annotated[
    str,
    AfterValidator(_real_code),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$",
            "description": "Unified social credit code with its check character (GB 32100)",
            "examples": ["91350100M000100Y43"],
        }
    ),
]


class EvidenceBody(Remarks):
    """A document for one of the four gates (C1)."""

    gate: Gate = Field(description="The gate that it is for 关口")
    document: Name = Field(
        description="What the document is 证明文件", examples=["物业服务企业资质证书"]
    )
    valid_until: date = Field(description="The last valid day")


class SupplierBody(Remarks):
    """A service company."""

    id: Id = Field(description="The office's number for it 服务企业编号", examples=["dingsheng"])
    name: Name = Field(description="The registered name 企业名称", examples=["鼎盛保洁公司"])
    uscc: CreditCode
    small_or_medium: StrictBool = Field(
        description="It is paid within 30 days, not 60 (B10) 中小企业", examples=[True]
    )
    gates: Annotated[list[EvidenceBody], Field(max_length=1000)] = Field(
        description="One or more documents a gate; more can be added later"
    )
