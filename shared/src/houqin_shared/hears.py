"""What a service listens to: a function for each type of event, and its own reading of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_type_hints

from houqin_shared.events import Fact
from houqin_shared.transaction import Tx, Work

Handler = Callable[[Tx, Any], Awaitable[None]]
H = TypeVar("H", bound=Handler)
TogetherHandler = Callable[[Sequence[Work[Any]]], Awaitable[None]]
TH = TypeVar("TH", bound=TogetherHandler)


@dataclass(frozen=True, slots=True)
class Listener:
    """A function that hears one type of event, and the reading that it asks for."""

    reading: type[Fact]
    handle: Handler


@dataclass(frozen=True, slots=True)
class TogetherListener:
    """A function that hears all events of a type that come in one batch, in their order."""

    reading: type[Fact]
    handle: TogetherHandler


class Hears:
    """What a service listens to: one function per event type.

    >>> hears = Hears("contract-svc")
    >>> @hears("cn.houqin.contract.contract-signed.v1")
    ... async def a_contract_begins(tx: Tx, fact: ContractSigned) -> None: ...

    What comes by the thousand is heard together, with a few statements for all:

    >>> @hears.together("cn.houqin.inspection.findings-confirmed.v1")
    ... async def findings_cost(heard: Sequence[Work[FindingsConfirmed]]) -> None: ...
    """

    def __init__(self, *sources: str) -> None:
        self.sources: Sequence[str] = sources
        self.listeners: dict[str, Listener | TogetherListener] = {}

    def __call__(self, type_: str) -> Callable[[H], H]:
        def register(handle: H) -> H:
            self._add(type_, Listener(get_type_hints(handle)["fact"], handle))
            return handle

        return register

    def together(self, type_: str) -> Callable[[TH], TH]:
        def register(handle: TH) -> TH:
            (work,) = get_args(get_type_hints(handle)["heard"])
            (reading,) = get_args(work)
            self._add(type_, TogetherListener(reading, handle))
            return handle

        return register

    def _add(self, type_: str, listener: Listener | TogetherListener) -> None:
        if type_ in self.listeners:
            raise ValueError(f"{type_} is heard twice")
        self.listeners[type_] = listener
