"""The contact rules of a workspace, as data that can be stored and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from bpo.domain.people.workspaces import STATES
from bpo.domain.reminders.hours import DEFAULT_WINDOW, EMAIL_WINDOW, STATE_WINDOWS, Hours, Window
from bpo.kernel.errors import BadInput
from bpo.kernel.text import Phrase


@dataclass(frozen=True, slots=True)
class Rules:
    """The contact rules of a workspace.

    `window` is narrowed by the law of the debtor's state, weekday by weekday; `state_windows` (by
    UF) stand in its place for debtors of those states, within the law as well. Caps count contacts
    over all campaigns in a day and in any seven days. `fresh_business_days`: how old the last
    payment data may be. `limitation_years`: age after which a debt is no longer collected (STJ 3rd
    panel; None: no limit). `quiet_after_issue_days`: no reminder about an invoice this young.
    """

    window: Window = DEFAULT_WINDOW
    email_window: Window = EMAIL_WINDOW
    state_windows: Mapping[str, Window] = field(default_factory=dict)
    min_spacing_days: int = 1
    daily_cap: int = 1
    weekly_cap: int = 3
    fresh_business_days: int = 2
    limitation_years: int | None = 5
    quiet_after_issue_days: int = 2


WEEKDAYS = range(5)
"""Monday to Friday."""
_NUMBERS = {
    "min_spacing_days": (0, 30),
    "daily_cap": (1, 5),
    "weekly_cap": (1, 14),
    "fresh_business_days": (0, 30),
    "limitation_years": (1, 20),
    "quiet_after_issue_days": (0, 30),
}


LABELS = {
    "min_spacing_days": Phrase("Days between contacts"),
    "daily_cap": Phrase("Contacts in a day"),
    "weekly_cap": Phrase("Contacts in seven days"),
    "fresh_business_days": Phrase("Business days for which payment data stays fresh"),
    "limitation_years": Phrase("Years after which a debt is no longer collected"),
    "quiet_after_issue_days": Phrase("Quiet days after an invoice"),
    "window": Phrase("Hours for contact"),
    "email_window": Phrase("Hours for e-mail"),
    "state_windows": Phrase("Hours in a state"),
}


def to_json(rules: Rules) -> dict[str, Any]:
    """The rules as plain JSON values; the laws of the states are not stored with a workspace."""
    states = {uf: _window_to_json(own) for uf, own in sorted(rules.state_windows.items())}
    numbers = {name: getattr(rules, name) for name in _NUMBERS}
    return numbers | {
        "window": _window_to_json(rules.window),
        "email_window": _window_to_json(rules.email_window),
        **({"state_windows": states} if states else {}),
    }


def from_json(row: Mapping[str, Any]) -> Rules:
    """The rules of stored JSON; what is missing takes its default. Raises BadInput by field."""
    numbers = {name: _number(name, row[name]) for name in _NUMBERS if name in row}
    windows = {
        name: _window(name, row[name]) for name in ("window", "email_window") if row.get(name)
    }
    states = {uf: _of_state(uf, own) for uf, own in (row.get("state_windows") or {}).items()}
    rules = Rules(**numbers, **windows, state_windows=states)  # type: ignore[arg-type]
    _leave_open(rules)
    return rules


def _leave_open(rules: Rules) -> None:
    """Raises BadInput for hours that a state's law forbids on every weekday: nobody there could
    ever be contacted."""
    for uf, law in STATE_WINDOWS.items():
        own = rules.state_windows.get(uf, rules.window)
        spans = [own.of(day) for day in WEEKDAYS]
        if all(span is None or span.within(law.weekdays) is None for span in spans):
            raise _forbidden(uf, law, "state_windows" if uf in rules.state_windows else "window")


def _forbidden(uf: str, law: Window, field: str) -> BadInput:
    return BadInput(
        "{uf}: the law allows contact only from {opens} to {closes}",
        field=field,
        uf=uf,
        opens=law.weekdays.opens.strftime("%H:%M"),
        closes=law.weekdays.closes.strftime("%H:%M"),
    )


def _of_state(uf: str, row: Mapping[str, Any]) -> Window:
    """The window of a state. Raises BadInput for hours that its law forbids altogether."""
    if uf not in STATES:
        raise BadInput("Choose one of the options", field="state_windows")
    own, law = _window("state_windows", row), STATE_WINDOWS.get(uf)
    spans = [own.weekdays, *(span for _day, span in own.days if span)]
    if law and any(span.within(law.weekdays) is None for span in spans):
        raise _forbidden(uf, law, "state_windows")
    return own


def _number(name: str, value: object) -> int | None:
    if value is None and name == "limitation_years":
        return None
    first, last = _NUMBERS[name]
    if not isinstance(value, int) or not first <= value <= last:
        raise BadInput(
            "“{label}” must be a number from {first} to {last}",
            field=name,
            label=LABELS[name],
            first=first,
            last=last,
        )
    return value


def _window_to_json(window: Window) -> dict[str, Any]:
    spans = {"weekdays": window.weekdays, "saturday": window.saturday}
    found: dict[str, Any] = {name: _texts(span) for name, span in spans.items() if span}
    if window.days:
        found["days"] = {str(day): span and _texts(span) for day, span in window.days}
    return found


def _texts(span: Hours) -> list[str]:
    return [one.strftime("%H:%M") for one in span]


def _window(name: str, row: Mapping[str, Any]) -> Window:
    try:
        weekdays = _hours(row["weekdays"])
        saturday = _hours(row["saturday"]) if row.get("saturday") else None
        own = {int(day): span and _hours(span) for day, span in (row.get("days") or {}).items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(
            "“{label}” must give opening and closing hours", field=name, label=LABELS[name]
        ) from error
    if own.keys() - set(WEEKDAYS) or all(own.get(day, weekdays) is None for day in WEEKDAYS):
        raise BadInput("Leave at least one weekday open", field=name)
    return Window(weekdays, saturday, days=tuple(sorted(own.items())))


def _hours(pair: list[str]) -> Hours:
    opens, closes = (time.fromisoformat(text) for text in pair)
    if opens >= closes:
        raise ValueError("closes before it opens")
    return Hours(opens, closes)
