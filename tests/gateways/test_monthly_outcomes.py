"""The last page of the monthly report speaks to an owner, who does not know what D+5 is."""

from types import SimpleNamespace

import pytest

from bpo.analytics.recovery import Effect
from bpo.gateways import monthly_outcomes
from bpo.gateways.weekly.voice import Voice

VOICE = Voice("pt_BR")


def page(*keys: str):
    told = tuple(Effect(key, 1, 10_00, 0, 0.0) for key in keys)
    return monthly_outcomes.page(SimpleNamespace(steps=told, lost=()), VOICE, None)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("d-5", "5 dias antes de vencer"),
        ("d-1", "1 dia antes de vencer"),
        ("d0", "no vencimento"),
        ("d+10", "10 dias depois de vencer"),
        ("agreement-3", "Parcela, 3 dias antes de vencer"),
        ("issue", "Na emissão"),
    ],
)
def test_a_step_is_named_in_words(key, said):
    assert page(key)["steps"][0].name == said


def test_a_company_without_invoices_and_reminders_has_no_such_page():
    assert not page()["has_outcomes"]
    assert page("d-5")["has_outcomes"]
