"""What a service promises, generated from its code, committed, and compared in CI.

`openapi.json` says how to call it; `asyncapi.json` what it tells and what it listens to. Neither
needs a server or a database to be made, and both are stable to the byte.
"""

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from houqin_shared.app import create_app, openapi_bytes
from houqin_shared.events import DayClosed, Event
from houqin_shared.hears import Listener, TogetherListener
from houqin_shared.service import Service
from houqin_shared.settings import Settings

Json = dict[str, Any]

ENVELOPE = "CloudEvent"
CONTENT_TYPE = "application/cloudevents+json"
NOWHERE = Settings("postgresql:", "postgresql:", "a specification is never called upon")
"""create_app needs settings, and opens nothing before it starts."""


def asyncapi_bytes(service: Service) -> bytes:
    """The generated asyncapi.json, stable to the byte."""
    return orjson.dumps(
        asyncapi(service),
        option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE,
    )


def write_specs(service: Service, folder: Path) -> None:
    """Write both specifications of a service into `folder`."""
    for name, content in _specs(service).items():
        (folder / name).write_bytes(content)


def stale_specs(service: Service, folder: Path) -> list[str]:
    """The specifications in `folder` that are missing or no longer what the code says."""
    return [
        name
        for name, content in _specs(service).items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]


def _specs(service: Service) -> dict[str, bytes]:
    return {
        "asyncapi.json": asyncapi_bytes(service),
        "openapi.json": openapi_bytes(create_app(service, NOWHERE)),
    }


def asyncapi(service: Service) -> Json:
    """AsyncAPI 3.0: a topic per publishing service, a message per type, one operation for each."""
    told: Sequence[type[Event]] = [*service.tells, DayClosed]
    heard = service.hears.listeners
    references, definitions = _schemas(told, heard)
    channels: Json = {service.name: _channel(service.name)}
    operations: Json = {}
    messages: Json = {}

    def add(action: str, topic: str, type_: str, data: Json, about: str) -> None:
        messages.setdefault(f"{topic}.{type_}", _message(topic, type_, data, about))
        channel = channels[topic]
        channel["messages"][type_] = {"$ref": f"#/components/messages/{topic}.{type_}"}
        verb = "tell" if action == "send" else "hear"
        operations[f"{verb}.{topic}.{type_}"] = {
            "action": action,
            "channel": {"$ref": f"#/channels/{topic}"},
            "messages": [{"$ref": f"#/channels/{topic}/messages/{type_}"}],
            **_described(about),
        }

    for event in told:
        add("send", service.name, event.TYPE, references[event], _doc(event))
    for source in service.hears.sources:
        channels[source] = _channel(source)
        add("receive", source, DayClosed.TYPE, references[DayClosed], _doc(DayClosed))
    for type_, listener in heard.items():
        about = _doc(listener.handle) or _doc(listener.reading)
        add("receive", _publisher(type_, service), type_, references[listener.reading], about)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"{service.title}: events",
            "version": "1",
            "description": service.description,
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": definitions | {ENVELOPE: _envelope()}},
    }


def _schemas(
    told: Sequence[type[Event]], heard: Mapping[str, Listener | TogetherListener]
) -> tuple[dict[type[BaseModel], Json], Json]:
    """References to the schemas of all that is told and heard, and the schemas by name."""
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    models += [(event, "serialization") for event in told]
    models += [(listener.reading, "validation") for listener in heard.values()]
    found, whole = models_json_schema(models, ref_template="#/components/schemas/{model}")
    return {model: found[model, mode] for model, mode in models}, dict(whole["$defs"])


def _publisher(type_: str, service: Service) -> str:
    """cn.houqin.contract.contract-signed.v1 comes on the topic of contract-svc."""
    parts = type_.split(".")
    publisher = f"{parts[2]}-svc" if len(parts) == 5 else ""
    if publisher not in service.hears.sources:
        raise ValueError(f"{service.name} hears {type_}, but not {publisher or 'who tells it'}")
    return publisher


def _channel(topic: str) -> Json:
    return {
        "address": topic,
        "title": topic,
        "description": f"What {topic} tells, in order for each contract of an office.",
        "messages": {},
    }


def _message(topic: str, type_: str, data: Json, about: str) -> Json:
    return {
        "name": type_,
        "title": type_.split(".")[-2],
        **_described(about),
        "contentType": CONTENT_TYPE,
        "correlationId": {
            "description": "The same for all that one request or one day brought about",
            "location": "$message.payload#/correlationid",
        },
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "office/contract, or office/"},
                "bindingVersion": "0.5.0",
            }
        },
        "payload": {
            "allOf": [
                {"$ref": f"#/components/schemas/{ENVELOPE}"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": type_},
                        "source": {"const": topic},
                        "data": data,
                    },
                },
            ]
        },
    }


def _envelope() -> Json:
    """What `events.write_envelope` writes."""
    identity = {"type": "string", "format": "uuid"}

    def text(description: str, **more: object) -> Json:
        return {"type": "string", "description": description, **more}

    required = {
        "specversion": {"const": "1.0"},
        "id": identity | {"description": "Unique; an event that comes again has the same"},
        "source": text("The service that tells it, which is also its topic"),
        "type": text("What happened, with the version of its data"),
        "time": text("When it was recorded", format="date-time"),
        "datacontenttype": {"const": "application/json"},
        "officeid": text("The office whose fact it is"),
        "correlationid": identity | {"description": "The first cause of a chain of events"},
        "data": {"type": "object"},
    }
    optional = {
        "subject": text("The contract that it is about; none for the office as a whole"),
        "causationid": identity | {"description": "The event that brought this one about"},
        "traceparent": text("W3C trace context"),
    }
    return {
        "title": ENVELOPE,
        "description": "CloudEvents 1.0 in structured JSON, with the office and its causes.",
        "type": "object",
        "properties": required | optional,
        "required": sorted(required),
    }


def _doc(documented: object) -> str:
    return inspect.cleandoc(getattr(documented, "__doc__", None) or "")


def _described(about: str) -> Json:
    """A docstring as a summary line and, if it says more, a description."""
    if not about:
        return {}
    summary = " ".join(about.partition("\n\n")[0].split())
    described: Json = {"summary": summary}
    if "\n\n" in about:
        described["description"] = about
    return described
