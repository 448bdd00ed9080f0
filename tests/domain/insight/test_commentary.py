from bpo.domain.insight import commentary


def test_a_sentence_says_a_share_as_exactly_as_its_table():
    told = commentary.comments(seen(overdue_pct=12.35, overdue_before_pct=10.25))
    assert {"now_pct": 12.35, "before_pct": 10.25} in [phrase.params for phrase in told]


def seen(**figures: float) -> commentary.Seen:
    """A month of which nothing is to be said but these figures."""
    nothing = {
        "received_cents": 0,
        "usual_received_cents": None,
        "overdue_pct": None,
        "overdue_before_pct": None,
        "overdue_year_ago_pct": None,
        "dso": None,
        "dso_before": None,
        "young_cents": 0,
        "rolled_cents": 0,
        "was_overdue_cents": 0,
        "recovered_cents": 0,
        "open_cents": 0,
        "over_90_cents": 0,
        "top_share_pct": None,
        "agreements": 0,
        "agreements_cents": 0,
        "broken": 0,
    }
    return commentary.Seen(**nothing | figures)
