"""How acts of the audit trail and events of accounts are told: words, an icon and a tone."""

import re
from datetime import date
from typing import Any

from flask import Flask

from bpo.gateways import wording
from bpo.kernel.text import Phrase
from bpo.web import language
from bpo.web.statuses import Tone, spelled

_N, _G, _W, _B = Tone.NEUTRAL, Tone.GOOD, Tone.WARNING, Tone.BAD

ACCOUNTS: dict[str, tuple[Phrase, str, Tone]] = {
    "sign_in": (Phrase("Signed in"), "arrow-right", _N),
    "sign_out": (Phrase("Signed out"), "log-out", _N),
    "sign_in_refused": (Phrase("Sign-in refused"), "ban", _W),
    "code_refused": (Phrase("Second factor refused"), "ban", _W),
    "reset_asked": (Phrase("Asked for a new password"), "key-round", _N),
    "reset_unknown": (Phrase("Asked for a password of an unknown account"), "key-round", _W),
    "reset_sent": (Phrase("A new password was offered by the manager"), "key-round", _N),
    "password_reset": (Phrase("Chose a new password by link"), "key-round", _G),
    "password_changed": (Phrase("Changed the password"), "key-round", _G),
    "preferences": (Phrase("Changed name, language or colours"), "settings", _N),
    "second_factor_on": (Phrase("Turned the second factor on"), "shield-check", _G),
    "second_factor_off": (Phrase("Second factor taken off"), "shield-check", _W),
    "account_created": (Phrase("Account created"), "user-round", _N),
    "invited": (Phrase("Invited"), "mail", _N),
    "invite_accepted": (Phrase("Accepted the invitation"), "circle-check", _G),
    "role": (Phrase("Role changed"), "shield-check", _W),
    "deactivated": (Phrase("Account deactivated"), "ban", _B),
    "activated": (Phrase("Account activated"), "circle-check", _G),
    "mail_sent": (Phrase("Account mail sent"), "mail", _N),
    "mail_failed": (Phrase("Account mail not sent, to be tried again"), "mail", _W),
    "mail_refused": (Phrase("Account mail refused"), "mail", _B),
    "mail_uncertain": (Phrase("Account mail without an answer"), "mail", _W),
}

WORKSPACES: dict[str, tuple[Phrase, str, Tone]] = {
    "workspace.create": (Phrase("Workspace created"), "building-2", _G),
    "workspace.describe": (Phrase("Company data changed"), "building-2", _N),
    "workspace.close": (Phrase("Workspace closed"), "building-2", _B),
    "workspace.reopen": (Phrase("Workspace opened again"), "building-2", _G),
    "policy.publish": (Phrase("Collection policy published"), "scale", _W),
    "contact_rules.set": (Phrase("Contact rules changed"), "clock", _W),
    "payment_method.add": (Phrase("Way to pay added"), "wallet", _N),
    "payment_method.withdraw": (Phrase("Way to pay withdrawn"), "wallet", _W),
    "payment_method.restore": (Phrase("Way to pay offered again"), "wallet", _N),
    "holiday.add": (Phrase("Local holiday added"), "calendar", _N),
    "holiday.remove": (Phrase("Local holiday removed"), "calendar", _N),
    "membership.add": (Phrase("Access given"), "user-round", _W),
    "membership.remove": (Phrase("Access taken away"), "user-round", _W),
}

FIELDS: dict[str, Phrase] = {
    "name": Phrase("Name"),
    "legal_name": Phrase("Legal name"),
    "cnpj": Phrase("CNPJ"),
    "trade": Phrase("Trade"),
    "street": Phrase("Street and number"),
    "district": Phrase("District"),
    "city": Phrase("City"),
    "state": Phrase("State (UF)"),
    "postal_code": Phrase("Postal code"),
    "phone": Phrase("Telephone"),
    "email": Phrase("E-mail"),
    "colour": Phrase("Colour"),
    "sender_name": Phrase("Sender's name"),
    "sender_email": Phrase("Sender's e-mail"),
    "reply_to": Phrase("Replies go to"),
    "time_zone": Phrase("Time zone"),
    "locale": Phrase("Language"),
    "calendar": Phrase("Calendar"),
    "year_end_closed": Phrase("31 December closed"),
    "pix_key": Phrase("Pix key"),
    "report_weekday": Phrase("Day of the report"),
    "report_hour": Phrase("Hour of the report"),
    "slug": Phrase("Address"),
    "version": Phrase("Version"),
    "effective_from": Phrase("In force from"),
    "day": Phrase("Day"),
    "role": Phrase("Role"),
    "label": Phrase("Label"),
    "kind": Phrase("Kind"),
    "factor": Phrase("Factor"),
    "purpose": Phrase("Purpose"),
    "stage": Phrase("Stage"),
    "code": Phrase("Code"),
    "answer": Phrase("Answer"),
    "before": Phrase("Before"),
    "after": Phrase("After"),
    "reason": Phrase("Reason"),
    "amount_cents": Phrase("Amount"),
}

VALUES: dict[str, dict[str, Phrase]] = {
    "role": {
        "admin": Phrase("BPO manager"),
        "analyst": Phrase("Analyst"),
        "client_manager": Phrase("Client manager"),
    },
    "factor": {
        "password": Phrase("Password"),
        "code": Phrase("Code"),
        "recovery_code": Phrase("Recovery code"),
    },
    "purpose": {"invite": Phrase("Invitation"), "reset": Phrase("New password")},
}

_ALL = ACCOUNTS | WORKSPACES
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def init_app(app: Flask) -> None:
    """Register the filters `act`, `act_icon`, `act_tone`, `field_label` and `field_value`."""
    app.jinja_env.filters.update(
        act=told, act_icon=icon, act_tone=tone, field_label=field, field_value=value
    )


def told(action: str) -> str:
    """An act in the reader's words; one that has none yet by its code."""
    known = _ALL.get(action)
    return wording.say(known[0], language.current()) if known else action


def icon(action: str) -> str:
    """The icon of an act."""
    known = _ALL.get(action)
    return known[1] if known else "circle-dot"


def tone(action: str) -> str:
    """What the colour of an act says."""
    known = _ALL.get(action)
    return (known[2] if known else Tone.NEUTRAL).value


def field(name: str) -> str:
    """The name of a field in the reader's words; an unknown one with its words spaced."""
    known = FIELDS.get(name)
    return wording.say(known, language.current()) if known else spelled(name)


def value(given: Any, name: str) -> str:
    """A recorded value in the reader's words, by the name of its field."""
    locale = language.current()
    match given:
        case None | "":
            return wording.NOTHING
        case bool():
            return wording.gettext("yes" if given else "no", locale)
        case int() if name.endswith("_cents"):
            return wording.money(given, locale)
        case str() if given in VALUES.get(name, {}):
            return wording.say(VALUES[name][given], locale)
        case str() if _ISO_DAY.fullmatch(given):
            return wording.day(date.fromisoformat(given), locale)
        case dict():
            return "; ".join(f"{field(key)} {value(item, key)}" for key, item in given.items())
        case list():
            return ", ".join(value(item, name) for item in given)
    return str(given)
