"""Those out of reach are the same whether a night has counted them, whatever happened since."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text

from bpo.db import acting_as
from bpo.domain.desk.inbox import Kind
from bpo.kernel import actor as actors
from bpo.models import Contact, Debtor, OptOut, ReachChange
from bpo.queries.desk import inbox
from bpo.queries.reminders import reach
from bpo.services.insight import snapshots as keeping
from tests.factories import debts, people

NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
TODAY, LATE = date(2026, 11, 24), date(2026, 11, 3)


@pytest.fixture
def sol(session):
    """Padaria Sol, whose night has counted eight debtors; two of them without an address."""
    place = people.workspace()
    with acting_as(actors.system([place.id], name="test")):
        for number in range(8):
            _debtor(session, place, number, reached=number not in (2, 5))
        night(place)
        yield place


def night(place) -> None:
    keeping.refresh(actors.system([place.id], name="clock"), place.id, TODAY, now=NOON)


def _debtor(session, place, number, reached=True) -> None:
    address = f"c{number}@debtor.example" if reached else None
    debts.receivable(session, debts.debtor(session, place, f"C{number}", email=address), due=LATE)


def listed(session, place) -> set[int]:
    lines = inbox.page(session, inbox.scope(session, [place], NOON), [Kind.NO_CONTACT])
    return {line.subject_id for line in lines}


def counted(session, place) -> set[int]:
    """The same by hand."""
    silent = {tuple(row) for row in session.execute(select(OptOut.channel, OptOut.address))}
    valid = session.scalars(select(Contact).where(Contact.status == "valid"))
    met = {one.debtor_id for one in valid if (one.channel, one.address) not in silent}
    ids = session.scalars(select(Debtor.id).where(Debtor.workspace_id == place.id))
    return set(ids) - met


def _notes(session, place) -> int:
    return len(
        session.scalars(select(ReachChange).where(ReachChange.workspace_id == place.id)).all()
    )


def test_a_night_forgets_what_it_has_counted(session, sol):
    assert _notes(session, sol) == 0
    assert listed(session, sol) == set(reach.unreached(session, sol.id)) == counted(session, sol)
    assert len(listed(session, sol)) == 2


def test_whatever_happens_by_day_is_seen_at_once(session, sol):
    chance = random.Random(4)
    sizes = set()
    for step in range(40):
        ACTS[chance.randrange(len(ACTS))](session, sol, chance, step)
        session.flush()
        session.expire_all()
        assert listed(session, sol) == counted(session, sol), step
        sizes.add(len(listed(session, sol)))
        if step % 16 == 13:
            night(sol)
    assert len(sizes) > 4


def _one(session, chance, *conditions) -> Contact | None:
    found = session.scalars(select(Contact).where(*conditions).order_by(Contact.id)).all()
    return chance.choice(found) if found else None


def _register(session, place, chance, step):
    _debtor(session, place, 100 + step, reached=chance.random() < 0.5)


def _refuse(session, place, chance, step):
    if contact := _one(session, chance, Contact.status == "valid"):
        contact.status = "invalid"


def _mend(session, place, chance, step):
    if contact := _one(session, chance, Contact.status == "invalid"):
        contact.status, contact.address = "valid", f"new{step}@debtor.example"


def _remove(session, place, chance, step):
    if contact := _one(session, chance):
        session.execute(delete(Contact).where(Contact.id == contact.id))


def _add(session, place, chance, step):
    ids = session.scalars(select(Debtor.id).order_by(Debtor.id)).all()
    address = f"more{step}@debtor.example"
    given = {"debtor_id": chance.choice(ids), "channel": "email", "address": address}
    session.add(Contact(workspace_id=place.id, **given))


def _silence(session, place, chance, step):
    if contact := _one(session, chance, Contact.status == "valid"):
        values = {"w": place.id, "a": contact.address, "at": NOON + timedelta(minutes=step)}
        session.execute(
            text(
                "INSERT INTO opt_outs (workspace_id, channel, address, source, at)"
                " VALUES (:w, 'email', :a, 'test', :at) ON CONFLICT DO NOTHING"
            ),
            values,
        )


def _let(session, place, chance, step):
    gone = select(OptOut.id).order_by(OptOut.id).limit(1).scalar_subquery()
    session.execute(delete(OptOut).where(OptOut.id == gone))


ACTS = (_register, _refuse, _mend, _remove, _add, _silence, _let)


def test_what_is_registered_at_once_is_noted_once(session, sol):
    many = text(
        "INSERT INTO debtors (workspace_id, reference, reference_key, name, search_name)"
        " SELECT :w, 'many' || g, 'many' || g, 'Muitos', 'muitos' FROM generate_series(1, 30) g"
    )
    session.execute(many, {"w": sol.id})
    assert _notes(session, sol) == 1


def test_another_companys_notes_are_out_of_sight(session, sol):
    lua = people.workspace("lua", "Oficina Lua")
    with acting_as(actors.system([lua.id], name="carla")):
        _debtor(session, lua, 1, reached=False)
        assert listed(session, sol) == set()
        assert len(listed(session, lua)) == 1
