"""When a manager is told to look: each rule at its threshold, and just below."""

import pytest

from bpo.domain.insight import alerts
from bpo.domain.insight.alerts import Alert, Seen, Thresholds


def told(seen: Seen, limits: Thresholds = alerts.USUAL) -> list[str]:
    return [one.kind for one in alerts.find(seen, limits)]


@pytest.mark.parametrize(
    ("at", "below", "kind"),
    [
        (
            Seen(overdue_pct=25.0, overdue_before_pct=20.0, overdue_change_cents=1_000_00),
            Seen(overdue_pct=25.0, overdue_before_pct=20.0, overdue_change_cents=999_99),
            Alert.WORSENING,
        ),
        (
            Seen(overdue_pct=25.0, overdue_before_pct=20.0, overdue_change_cents=1_000_00),
            Seen(overdue_pct=24.9, overdue_before_pct=20.0, overdue_change_cents=5_000_00),
            Alert.WORSENING,
        ),
        (Seen(largest_pct=30.0), Seen(largest_pct=29.9), Alert.CONCENTRATION),
        (Seen(stale=True), Seen(), Alert.STALE),
        (Seen(messages=19, bounced=1), Seen(messages=20, bounced=1), Alert.BOUNCES),
        (Seen(messages=18, bounced=2), Seen(messages=17, bounced=2), Alert.BOUNCES),
        (Seen(promises=4, kept=2), Seen(promises=4, kept=3), Alert.PROMISES),
        (Seen(promises=4, kept=0), Seen(promises=3, kept=0), Alert.PROMISES),
    ],
)
def test_a_rule_speaks_at_its_threshold_and_not_below(at, below, kind):
    assert told(at) == [kind]
    assert told(below) == []


def test_thresholds_are_data_and_reasons_are_words():
    seen = Seen(stale=True, largest_pct=12.4, overdue_pct=None, overdue_before_pct=3.0)
    assert told(seen, Thresholds(most_of_one_pct=12)) == [Alert.STALE, Alert.CONCENTRATION]
    assert "12%" in str(alerts.find(seen, Thresholds(most_of_one_pct=12))[1].phrase)
