"""The people of the demonstration who sign in, and the one password that all of them share."""

from dataclasses import dataclass

from bpo.kernel.actor import Role

PASSWORD = "aurora-boreal-azul"
"""No secret: it opens invented data, and accounts with it are only made beside invented data."""

DOMAIN = "aurora.example"


@dataclass(frozen=True, slots=True)
class Person:
    """A user; `slugs` are the client companies in reach, an admin reaches all."""

    name: str
    email: str
    role: Role
    slugs: tuple[str, ...] = ()


_ADMIN, _ANALYST, _CLIENT = Role.ADMIN, Role.ANALYST, Role.CLIENT_MANAGER
PEOPLE = (
    Person("Marta Nogueira", f"marta@{DOMAIN}", _ADMIN),
    Person(
        "Ana Prado",
        f"ana@{DOMAIN}",
        _ANALYST,
        ("trigo-da-serra", "ponte-idiomas", "sorriso-do-parque"),
    ),
    Person(
        "Rafael Tavares",
        f"rafael@{DOMAIN}",
        _ANALYST,
        ("norte-diesel", "lumina-sistemas", "torre-sul"),
    ),
    Person("Bruno Sampaio", "bruno@trigodaserra.example", _CLIENT, ("trigo-da-serra",)),
    Person("Célia Fontes", "celia@ponteidiomas.example", _CLIENT, ("ponte-idiomas",)),
    Person("Helena Bezerra", "helena@sorrisodoparque.example", _CLIENT, ("sorriso-do-parque",)),
    Person("Raimundo Farias", "raimundo@nortediesel.example", _CLIENT, ("norte-diesel",)),
    Person("Otávio Lins", "otavio@lumina.example", _CLIENT, ("lumina-sistemas", "torre-sul")),
)
ROLE_LABELS = {_ADMIN: "BPO manager", _ANALYST: "Analyst", _CLIENT: "Client manager"}
