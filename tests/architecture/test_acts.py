"""Every act that services record can be told in words on the audit screen."""

import re

from bpo.web import acts
from bpo.web.vocabulary import ACCOUNTS, FIELDS, MOVED, WORKSPACES
from tests.architecture import reading
from tests.architecture.reading import ROOT

_RECORDERS = frozenset({"audit.record", "audit.record_access"})
_NOT_SHOWN = frozenset({"now", "subject", "user_id", "address", "by", "by_id"})
_ACT = re.compile(r"[a-z_]+\.[a-z_*]+")


def recorded():
    """The acts of workspaces, as services spell them; `*` stands for a state."""
    return {
        (text, reading.name(path))
        for path in reading.modules()
        if reading.name(path).startswith("bpo/services/")
        for text in reading.strings(path)
        if _ACT.fullmatch(text)
    }


def test_every_act_has_its_words():
    untold = {
        (act, where)
        for act, where in recorded()
        if not acts.known(act) and not (act.endswith(".*") and act[:-2] in MOVED)
    }
    assert untold == set()


def test_every_icon_exists():
    drawn = (ROOT / "bpo" / "web" / "static" / "icons.svg").read_text(encoding="utf-8")
    named = {icon for _, icon, _ in (ACCOUNTS | WORKSPACES).values()}
    named |= {icon for _, icon in MOVED.values()}
    assert {icon for icon in named if f'id="{icon}"' not in drawn} == set()


def fields():
    """The names under which services keep the detail of an act, as they are spelled in the call."""
    for path in reading.modules():
        for called, call in reading.calls(path):
            if called in _RECORDERS:
                yield from ((word.arg, reading.name(path)) for word in call.keywords if word.arg)


def test_every_recorded_field_has_a_name_in_both_languages():
    unnamed = {
        (field, where) for field, where in fields() if field not in FIELDS.keys() | _NOT_SHOWN
    }
    assert unnamed == set()
