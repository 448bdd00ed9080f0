"""Nothing new reaches debtors past the approval a company asks for: every way live is known."""

import re

from tests.architecture import reading

WAYS = {
    r"CampaignVersion\(": {
        "bpo/services/reminders/campaign_shelf.py",  # a new campaign, which waits for its go
        "bpo/services/writing/regua_drafts.py",  # asks
        "bpo/services/people/workspaces.py",  # a new company's campaign, which waits for its go
    },
    r"MessageText\(": {"bpo/services/writing/texts.py"},  # asks
    r"released_version = |started_at = now": {
        "bpo/services/writing/regua_drafts.py",
        "bpo/services/writing/releases.py",  # asks
    },
}


def _writers(pattern):
    return {
        reading.name(path)
        for path in reading.modules()
        if reading.name(path).startswith(("bpo/services/", "bpo/cli/", "bpo/web/", "workers/"))
        and re.search(pattern, path.read_text(encoding="utf-8"))
    }


def _callers(*names):
    return {
        reading.name(path)
        for path in reading.modules()
        if any(called in names for called, _node in reading.calls(path))
    }


def test_every_way_to_go_live_is_known():
    assert {pattern: _writers(pattern) for pattern in WAYS} == WAYS


def test_only_an_approval_publishes_without_asking():
    unasked = _callers("releases.release", "regua_drafts.publish", "texts.publish")
    assert unasked == {"bpo/services/writing/publications.py"}
