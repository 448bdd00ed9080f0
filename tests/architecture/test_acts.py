"""Every act that services record can be told in words on the audit screen."""

import re

from bpo.web import acts
from bpo.web.vocabulary import ACCOUNTS, MOVED, WORKSPACES
from tests.architecture import reading
from tests.architecture.reading import ROOT

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
