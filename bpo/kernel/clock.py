"""Instants and local days: UTC in the program, the workspace's zone at the edge."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def local_day(instant: datetime, zone: str) -> date:
    """The calendar day of a UTC instant in a zone such as `America/Sao_Paulo`."""
    return instant.astimezone(ZoneInfo(zone)).date()


def local_time(instant: datetime, zone: str) -> datetime:
    """A UTC instant as an aware local time in a zone."""
    return instant.astimezone(ZoneInfo(zone))


def instant(day: date, at: time, zone: str) -> datetime:
    """The UTC instant of a local wall time."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


_ZONE_OF_STATE = {
    "AC": "America/Rio_Branco",
    "AM": "America/Manaus",
    "MS": "America/Campo_Grande",
    "MT": "America/Cuiaba",
    "RO": "America/Porto_Velho",
    "RR": "America/Boa_Vista",
}


def zone_of_state(state: str | None, default: str = "America/Sao_Paulo") -> str:
    """The time zone where a debtor of a Brazilian state (UF) lives; `default` when not known."""
    return _ZONE_OF_STATE.get((state or "").upper(), default)
