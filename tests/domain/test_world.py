"""The simulated world: the same luck for all, money that adds up, files that say what is wrong."""

import pytest

from bpo.bench import negotiation
from bpo.world import living, parameters, people
from bpo.world.living import Plan
from bpo.world.parameters import Unreadable, World

HONEST = World(strategic=0.0)


def test_the_same_seed_makes_the_same_people_and_another_makes_others():
    assert people.population(HONEST, 5, 3) == people.population(HONEST, 5, 3)
    assert people.population(HONEST, 5, 3) != people.population(HONEST, 5, 4)


def test_a_plan_brings_its_sum_when_completed_and_never_more():
    for person in people.population(HONEST, 60, 1):
        known = negotiation.situation(person.file)
        for menu in ([negotiation.equal(known, 3)], [negotiation.equal(known, 12)], []):
            outcome = living.live(HONEST, person, menu)
            came = sum(cents for _, cents in outcome.cash)
            assert all(cents >= 0 for _, cents in outcome.cash)
            assert came <= known.due_today_cents
            if outcome.completed:
                assert came == known.due_today_cents
            assert outcome.signed or not outcome.completed


def test_who_has_more_pays_more_and_a_lighter_plan_is_signed_by_more():
    def signed(world, count):
        found = people.population(world, 80, 2)
        menus = [[negotiation.equal(negotiation.situation(one.file), count)] for one in found]
        return sum(living.live(world, *each).signed for each in zip(found, menus, strict=True))

    assert signed(HONEST, 12) > signed(HONEST, 2)
    assert signed(World(slack=2.0, reserve=4.0), 3) > signed(World(slack=0.1, reserve=0.05), 3)


def test_the_strategic_take_a_discount_and_refuse_the_whole_sum():
    world = World(strategic=1.0, inertia=0.0)
    found = people.population(world, 60, 2)
    full = Plan(((3, 100_00),))
    cheap = Plan(((3, 70_00),), discount=0.3)

    yes = [sum(living.live(world, one, [plan]).signed for one in found) for plan in (full, cheap)]

    assert yes[0] < 10 < 45 < yes[1]


def test_every_policy_is_measured_against_both_baselines_on_the_same_people():
    rows = []
    negotiation.run([HONEST], 15, 1, rows.append, seeds=2)

    assert [row["policy"] for row in rows if row["phase"] == "policy"] == [
        "best_offer", "best_when_asked", "all_offers", "equal_3", "equal_12", "allowed_12"
    ]  # fmt: skip
    margins = [row for row in rows if row["phase"] == "margin"]
    recovered = {row["policy"]: row["recovered_pct"] for row in rows if "recovered_pct" in row}
    assert len(margins) == 6
    for row in margins:
        ahead = recovered[row["policy"]] - recovered[row["against"]]
        assert row["margin_points"] == pytest.approx(ahead, abs=0.02)
        assert 0 <= row["seeds_ahead"] <= row["seeds"] == 2
    assert rows[-1]["phase"] == "offers"
    assert rows[-1]["n"] > 60


def test_worlds_come_from_files_and_a_wrong_one_says_what_is_wrong(tmp_path):
    assert {"ordinary", "rich", "poor", "shocks", "strategic"} <= {
        world.name for world in parameters.built_in()
    }
    file = tmp_path / "mine.toml"
    for text, sentence in (
        ("incme_cents = 3", "incme_cents is no parameter"),
        ('income_cents = "3"', "must be a int"),
        ("income_cents = 0", "1 or more"),
        ("inertia = -1", "below zero"),
        ("inertia =", "Invalid value"),
    ):
        file.write_text(text)
        with pytest.raises(Unreadable, match=sentence):
            parameters.read(file)
    file.write_text("inertia = 1")
    assert parameters.read(file).inertia == 1.0
    assert parameters.read(file).name == "mine"


def test_twelve_within_the_policy_keep_its_smallest_down_payment_and_instalment():
    for person in people.population(World(), 40, 5):
        known = negotiation.situation(person.file)
        cents = [paid for _day, paid in negotiation.allowed(known, 12).payments]
        assert sum(cents) == known.due_today_cents
        assert len(cents) == 1 or min(cents) >= negotiation.LIMITS.min_installment_cents
        assert len(cents) == 1 or cents[0] * 10 >= known.due_today_cents
