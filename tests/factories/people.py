"""The people of the stories: Ana the analyst, Bruno the client manager, Carla of another workspace,
Marta who runs the BPO; and two client companies for them to work for."""

from dataclasses import dataclass
from datetime import UTC, datetime

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

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
PASSWORD = "o sol nasce para todos"
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def workspace(slug: str = "sol", name: str = "Padaria Sol", **profile: object) -> Workspace:
    """A client company with everything it is created with, and all that a message must show."""
    program = actors.system((), name="tests")
    known = {"cnpj": "73095114000136", "street": "Rua das Flores, 10", "city": "São Paulo"}
    described = Profile(name=name, **(known | profile))  # type: ignore[arg-type]
    return workspaces.create(program, slug, described, now=NOW)


def user(session: Session, name: str, role: Role, *places: Workspace, **columns: object) -> User:
    """A user called `name`, at `name@example.com`, who may sign in with PASSWORD."""
    given = {
        "email": f"{name.split()[0].lower()}@example.com",
        "password_hash": _QUICK.hash(PASSWORD),
    }
    person = User(name=name, role=role.value, **(given | columns))
    session.add(person)
    session.flush()
    session.add_all(Membership(user_id=person.id, workspace_id=place.id) for place in places)
    session.commit()
    return person


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
    return Cast(
        sol,
        lua,
        user(session, "Marta", Role.ADMIN),
        user(session, "Ana", Role.ANALYST, sol),
        user(session, "Bruno", Role.CLIENT_MANAGER, sol),
        user(session, "Carla", Role.ANALYST, lua),
        user(session, "Celia", Role.CLIENT_MANAGER, lua),
    )
