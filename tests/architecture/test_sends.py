"""Nothing reaches a debtor without the one rule of contact: each way out is known."""

import ast
import re

from tests.architecture import reading

WAYS_OUT = {
    "bpo/services/reminders/handing.py": "what the desk has judged; called by deliveries alone",
    "bpo/services/writing/text_tests.py": "to whoever asks, never to a debtor",
    "bpo/services/people/account_mails.py": "invitations and resets, to the users of the program",
    "bpo/services/desk/approval_mails.py": "a decision that is asked for, to the client managers",
    "bpo/services/insight/report_deliveries.py": "reports, to the client company",
    "bpo/services/insight/portfolio_deliveries.py": "the portfolio, to whoever asked for it",
    "bpo/services/reminders/page_links.py": "a new link to the page, when the debtor asks",
}
"""The modules that hand anything to a mail server or a provider, and to whom."""

_OUT = re.compile(r"(^|\.)(mail|carrier)\.send$")


def _modules(matches):
    return {
        reading.name(path)
        for path in reading.modules()
        if not reading.name(path).startswith(("bpo/gateways/", "bpo/bench/"))
        and any(matches(called) for called, _node in reading.calls(path))
    }


def test_every_way_out_is_known_and_says_to_whom():
    assert _modules(_OUT.search) == set(WAYS_OUT)


def test_what_goes_to_debtors_is_handed_over_by_the_loop_that_judges_it():
    assert _modules(lambda called: called == "handing.over") == {
        "bpo/services/reminders/deliveries.py"
    }
    judging = {"bpo/services/reminders/deliveries.py", "bpo/services/reminders/postal.py"}
    assert _modules(lambda called: called == "desk.judge") == judging
    assert _modules(lambda called: called == "contact.may_contact") == {
        "bpo/services/reminders/letters.py"
    }


def test_nothing_but_a_verdict_that_allows_is_yielded_to_the_hand():
    (path,) = [
        p for p in reading.modules() if reading.name(p) == "bpo/services/reminders/deliveries.py"
    ]
    (allowed,) = [
        node
        for node in ast.walk(reading.tree(path))
        if isinstance(node, ast.FunctionDef) and node.name == "_allowed"
    ]
    yields = [
        ast.unparse(node.test)
        for node in ast.walk(allowed)
        if isinstance(node, ast.If)
        and any(isinstance(inner, ast.Yield) for part in node.body for inner in ast.walk(part))
    ]
    assert yields == ["draft.verdict.allowed"]


def test_contacts_enter_the_queue_through_planning_alone():
    """A person's act can only put back what planning made, and it is judged again."""
    writers = {
        reading.name(path)
        for path in reading.modules()
        if reading.name(path).startswith("bpo/services/")
        and re.search(r"INSERT INTO touches|[^\w.]Touch\(", path.read_text(encoding="utf-8"))
    }
    assert writers == {"bpo/services/reminders/plans.py"}
