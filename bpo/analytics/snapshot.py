"""Figures as plain JSON values and back, so that they tell the same numbers later."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bpo.analytics.weekly import WeeklyFigures
from bpo.kernel.text import Phrase

_DAY, _PHRASE = "day", "phrase"


def to_json(figures: WeeklyFigures) -> dict[str, Any]:
    """The figures as JSON knows them."""
    written: dict[str, Any] = plain(figures)
    return written


def from_json(stored: Mapping[str, Any]) -> WeeklyFigures:
    """The figures that `to_json` wrote. Raises KeyError when one is missing."""
    read: WeeklyFigures = revive(WeeklyFigures, stored)
    return read


def plain(value: Any) -> Any:
    """Frozen figures, days, phrases and what holds them, as JSON knows them."""
    match value:
        case Phrase():
            told = {name: _told(param) for name, param in value.params.items()}
            return {"template": value.template, "params": told}
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case tuple() | list():
            return [plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value


def revive(kind: Any, stored: Any) -> Any:
    """A stored value as its annotation says: the way back from `plain`.

    A field that was not kept yet when the value was stored takes its default.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if stored is None:
        return None
    if origin in (Union, UnionType):
        return revive(next(one for one in inner if one is not type(None)), stored)
    if origin is tuple:
        return tuple(revive(inner[0], item) for item in stored)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(
            **{
                field.name: revive(hints[field.name], stored[field.name])
                for field in fields(kind)
                if field.name in stored or field.default is MISSING
            }
        )
    if kind is Phrase:
        return _phrase(stored)
    return date.fromisoformat(stored) if kind is date else stored


def _told(param: Any) -> Any:
    """A parameter of a phrase, marked where JSON alone would lose what it is."""
    if isinstance(param, Phrase):
        return {_PHRASE: plain(param)}
    return {_DAY: param.isoformat()} if isinstance(param, date) else plain(param)


def _phrase(stored: Mapping[str, Any]) -> Phrase:
    return Phrase(
        stored["template"], **{name: _heard(param) for name, param in stored["params"].items()}
    )


def _heard(param: Any) -> Any:
    match param:
        case {"day": text}:
            return date.fromisoformat(text)
        case {"phrase": stored}:
            return _phrase(stored)
    return param
