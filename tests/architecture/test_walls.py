"""With the scoping taken out of a query the database still shows nothing of another workspace."""

from datetime import date

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from bpo.db import acting_as, after_commit, current_actor, db, unit_of_work
from bpo.kernel import actor as actors
from bpo.kernel.actor import Role
from bpo.models import AccessEntry, AuditEntry, Debtor, LocalHoliday, PolicyVersion, Receivable
from bpo.services.people import audit
from tests.architecture.test_tables import INSIDE, TABLES
from tests.factories import debts, people
from tests.factories.people import NOW

DUE = date(2026, 11, 10)


class World:
    """Two companies with a debtor each, really committed, read as the application role."""

    def __init__(self):
        self.sol, self.lua = people.workspace(), people.workspace("lua", "Oficina Lua")
        self.numbers = {}
        for place in (self.sol, self.lua):
            with acting_as(actors.system((place.id,))):
                davi = debts.debtor(db.session(), place, f"Davi de {place.name}")
                debts.receivable(db.session(), davi, due=DUE)
                self.numbers[place.id] = davi.id

    def acting_in(self, *places):
        return acting_as(actors.system([place.id for place in places]))


@pytest.fixture
def world(fresh_app):
    with fresh_app.app_context():
        yield World()


def seen(table):
    column = TABLES[table].c.workspace_id
    return set(db.session.scalars(select(column)))


def test_without_a_scope_nothing_is_seen(world):
    db.session.rollback()
    assert {table: seen(table) for table in INSIDE} == {table: set() for table in INSIDE}


def test_a_query_without_its_filter_sees_only_the_workspaces_in_reach(world):
    with world.acting_in(world.lua):
        shown = {table: seen(table) for table in INSIDE}
        assert set().union(*shown.values()) == {world.lua.id}
        assert {"debtors", "receivables", "policy_versions", "campaigns"} <= {
            table for table, ids in shown.items() if ids
        }
    with world.acting_in(world.sol, world.lua):
        assert seen("debtors") == {world.sol.id, world.lua.id}


def test_an_analyst_reads_through_their_own_actor(world):
    ana = actors.user(1, Role.ANALYST, [world.sol.id], name="Ana")
    with acting_as(ana):
        names = db.session.scalars(select(Debtor.name)).all()
        joined = db.session.execute(
            select(func.count()).select_from(Receivable).join(PolicyVersion, text("true"))
        ).scalar_one()
    assert (names, joined) == (["Davi de Padaria Sol"], 1)


def test_the_scope_holds_in_every_transaction_and_lazy_load(world):
    with world.acting_in(world.lua):
        assert len(db.session.scalars(select(Debtor)).all()) == 1
        db.session.rollback()
        assert len(db.session.scalars(select(Debtor)).all()) == 1
    assert db.session.scalars(select(Debtor)).all() == []
    assert current_actor() is None


def test_a_row_cannot_be_written_into_another_workspace(world):
    holiday = {"workspace_id": world.sol.id, "day": date(2027, 1, 20), "name": "Padroeiro"}
    with pytest.raises(DBAPIError, match="row-level security"), world.acting_in(world.lua):
        db.session.execute(insert(LocalHoliday).values(holiday))
    db.session.rollback()


def test_rows_of_another_workspace_are_neither_changed_nor_moved(world):
    with unit_of_work(actors.system((world.lua.id,))) as session:
        touched = session.execute(update(Debtor).values(city="Campinas"))
        assert touched.rowcount == 1
    with world.acting_in(world.sol):
        assert db.session.scalars(select(Debtor.city)).one() is None
    move = update(Debtor).values(workspace_id=world.sol.id)
    with pytest.raises(DBAPIError, match="row-level security"), world.acting_in(world.lua):
        db.session.execute(move)
    db.session.rollback()


def test_a_row_cannot_point_into_another_workspace(world):
    """Even an actor who reaches both: the key itself refuses."""
    row = {
        "workspace_id": world.sol.id,
        "debtor_id": world.numbers[world.lua.id],
        "number": "9",
        "number_key": "9",
        "issue_date": DUE,
        "due_date": DUE,
        "effective_due_date": DUE,
        "amount_cents": 1,
    }
    with pytest.raises(IntegrityError), world.acting_in(world.sol, world.lua):
        db.session.execute(insert(Receivable).values(row))
    db.session.rollback()


def test_the_application_role_cannot_lift_the_wall(world):
    for attempt in (
        "ALTER TABLE debtors DISABLE ROW LEVEL SECURITY",
        "DROP POLICY workspace ON debtors",
        "CREATE TABLE mine (id int)",
        "TRUNCATE audit_entries",
        "DROP TRIGGER audit_entries_append_only ON audit_entries",
    ):
        with pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
            db.session.execute(text(attempt))
        db.session.rollback()


@pytest.mark.parametrize("entry", [AuditEntry, AccessEntry])
@pytest.mark.parametrize("act", ["change", "delete"])
def test_a_trail_is_neither_changed_nor_deleted(world, entry, act):
    with unit_of_work(actors.system((world.sol.id,))) as session:
        audit.record_access(session, "sign_in", now=NOW)
    statements = {
        "change": update(entry).values(action="nothing happened"),
        "delete": entry.__table__.delete(),
    }
    with pytest.raises(DBAPIError, match="append only"), world.acting_in(world.sol):
        db.session.execute(statements[act])
    db.session.rollback()


def test_a_failed_act_leaves_neither_its_rows_nor_its_trail(world):
    """And nothing that it would have announced."""
    told = []
    actor = actors.system((world.sol.id,))

    def act():
        with unit_of_work(actor) as session:
            audit.record(session, actor, world.sol.id, "payment.record", now=NOW)
            after_commit(session, lambda: told.append("paid"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    with world.acting_in(world.sol):
        actions = db.session.scalars(select(AuditEntry.action)).all()
    assert ("payment.record" in actions, told) == (False, [])


def test_units_of_work_do_not_nest(world):
    actor = actors.system((world.sol.id,))
    with unit_of_work(actor), pytest.raises(RuntimeError, match="do not call"), unit_of_work(actor):
        pass
