"""Remarks about rows: kept as JSON, and said together when they say the same."""

import json
from datetime import date

from bpo.domain.intake import findings
from bpo.domain.intake.findings import Finding, Level
from bpo.kernel.text import Phrase


def test_a_finding_survives_being_kept() -> None:
    phrase = Phrase(
        "{day} {cents} {inner} {many}",
        day=date(2026, 11, 23),
        cents=12_34,
        inner=Phrase("{text}", text="x"),
        many=["a", date(2026, 1, 2)],
    )
    for one in (
        findings.reject(7, "amount", "missing", phrase),
        findings.warn(8, None, "conflict", Phrase("plain")),
    ):
        assert Finding.from_json(json.loads(json.dumps(one.to_json()))) == one


def test_what_says_the_same_is_said_once_with_its_lines() -> None:
    found = [
        findings.warn(3, "due_date", "odd", Phrase("Due on {day}", day=date(2026, 1, 1))),
        findings.reject(5, "amount", "missing", Phrase("{column} is blank.", column="Valor")),
        findings.warn(9, "due_date", "odd", Phrase("Due on {day}", day=date(2026, 1, 2))),
        findings.warn(11, "due_date", "odd", Phrase("Due on {day}", day=date(2026, 1, 2))),
    ]
    blank, odd = findings.grouped(found)
    assert (blank.level, blank.lines, blank.is_varied) == (Level.REJECT, [5], False)
    assert (odd.level, odd.lines, odd.is_varied) == (Level.WARNING, [3, 9, 11], True)
    assert odd.example == found[0].message
