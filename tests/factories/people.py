"""The people of the stories: Ana the analyst, Bruno the client manager, Carla of another workspace,
Marta who runs the BPO; and two client companies for them to work for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from bpo.domain.people.workspaces import Profile
from bpo.kernel import actor as actors
from bpo.kernel.actor import Actor, Role
from bpo.models import Membership, User, Workspace
from bpo.queries.people import users
from bpo.services.people import workspaces
from bpo.web import session as login
from tests.factories import again

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
PASSWORD = "o sol nasce para todos"
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def workspace(slug: str = "sol", name: str = "Padaria Sol", **profile: object) -> Workspace:
    """A client company with everything it is created with, and all that a message must show."""
    program = actors.system((), name="tests")
    known = {"cnpj": "73095114000136", "street": "Rua das Flores, 10", "city": "São Paulo"}
    described = Profile(name=name, **(known | profile))  # type: ignore[arg-type]
    return again.workspace(
        (slug, described), lambda: workspaces.create(program, slug, described, now=NOW)
    )


def user(session: Session, name: str, role: Role, *places: Workspace, **columns: object) -> User:
    """A user called `name`, at `name@example.com`, who may sign in with PASSWORD."""
    return _kept(session, [(_somebody(name, role, **columns), places)])[0]


def _somebody(name: str, role: Role, **columns: object) -> User:
    address = f"{name.split()[0].lower()}@example.com"
    given = {"email": address, "password_hash": _hashed()}
    return User(name=name, role=role.value, **(given | columns))


def _kept(session: Session, people: Sequence[tuple[User, Sequence[Workspace]]]) -> list[User]:
    found = [person for person, _ in people]
    session.add_all(found)
    session.flush()
    session.add_all(
        Membership(user_id=person.id, workspace_id=place.id)
        for person, places in people
        for place in places
    )
    session.commit()
    return found


@cache
def _hashed() -> str:
    return _QUICK.hash(PASSWORD)


def actor(session: Session, person: User) -> Actor:
    """The actor that this user is when signed in."""
    reach = users.reach(session, person)
    return actors.user(person.id, Role(person.role), reach, name=person.name, address="192.0.2.7")


def sign_in(client: FlaskClient, person: User) -> FlaskClient:
    """Let a client browse as this user, without the form."""
    stamp = datetime.now(UTC).timestamp()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"], cookie["_fresh"] = str(person.id), True
        cookie[login.STARTED] = cookie[login.SEEN] = stamp
        cookie[login.VERSION] = person.session_version
    return client


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody at once. `sol` is Ana's and Bruno's, `lua` is Carla's and Célia's."""

    sol: Workspace
    lua: Workspace
    marta: User
    ana: User
    bruno: User
    carla: User
    celia: User


def cast(session: Session) -> Cast:
    """Two client companies and the people around them."""
    sol, lua = workspace(), workspace("lua", "Oficina Lua")
    people = [
        (_somebody("Marta", Role.ADMIN), ()),
        (_somebody("Ana", Role.ANALYST), (sol,)),
        (_somebody("Bruno", Role.CLIENT_MANAGER), (sol,)),
        (_somebody("Carla", Role.ANALYST), (lua,)),
        (_somebody("Celia", Role.CLIENT_MANAGER), (lua,)),
    ]
    return Cast(sol, lua, *_kept(session, people))
