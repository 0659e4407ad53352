"""Values as plain data and back: what JSON can hold, nothing that runs.

Dataclasses, enums, tuples, mappings, instants and spans of time, tagged with their names; only classes that
the reader names are made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["Classes", "classes", "from_plain", "to_plain"]

Classes = Mapping[str, type]


def classes(*named: type) -> Classes:
    """Name the classes that may be made from data."""
    return {one.__name__: one for one in named}


def to_plain(value: object) -> object:
    """Give a value as data. Raises TypeError for what has no such form."""
    if isinstance(value, Enum):
        return {type(value).__name__: value.value}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, tuple):
        return [to_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {"mapping": [[to_plain(k), to_plain(v)] for k, v in value.items()]}
    if is_dataclass(value) and not isinstance(value, type):
        return {type(value).__name__: [to_plain(getattr(value, f.name)) for f in fields(value)]}
    return _moment(value)


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        zone = value.tzinfo
        return {"datetime": [value.isoformat(), zone.key if isinstance(zone, ZoneInfo) else None, value.fold]}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    msg = f"{type(value).__name__} has no form as plain data"
    raise TypeError(msg)


def from_plain(data: object, known: Classes) -> Any:
    """Make the value again. Raises ValueError, KeyError or TypeError when the data is not what was written."""
    if isinstance(data, list):
        return tuple([from_plain(part, known) for part in data])
    if not isinstance(data, dict):
        return data
    ((name, held),) = data.items()
    make = _MAKERS.get(name)
    if make is not None:
        return make(held, known)
    cls = known[name]
    if issubclass(cls, Enum):
        return cls(held)
    values = from_plain(held, known)
    if not is_dataclass(cls):
        msg = f"{name} is no value"
        raise TypeError(msg)
    return cls(**dict(zip([f.name for f in fields(cls)], values, strict=True)))


def _mapping(held: Iterable[Any], known: Classes) -> dict[Any, Any]:
    return {from_plain(key, known): from_plain(value, known) for key, value in held}


def _instant(held: Any, known: Classes) -> datetime:  # noqa: ARG001
    said, zone, fold = held
    found = datetime.fromisoformat(said)
    return found if zone is None else found.replace(tzinfo=ZoneInfo(zone), fold=fold)


_MAKERS: dict[str, Callable[[Any, Classes], Any]] = {
    "mapping": _mapping,
    "datetime": _instant,
    "time": lambda held, _: time.fromisoformat(held),
    "timedelta": lambda held, _: timedelta(*held),
}
