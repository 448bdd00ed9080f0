"""All parts of the design on one page, without a database: for tests and for looking at.

`python -m tests.web.kitchen_sink` serves it on port 8099.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Flask, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader

from bpo import paths
from bpo.kernel.actor import Role
from bpo.web import filters, language, navigation, security

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
COLOUR_NAMES = [(name, name.capitalize()) for name in navigation.COLOURS]
DEBTORS = (
    "Mercado Bom Preço Ltda",
    "Restaurante Dona Lurdes",
    "Café da Praça",
    "João Batista de Almeida",
    "Supermercados União Comércio de Alimentos S.A.",
)
STATES = ("overdue", "open", "paid", "disputed", "partly_paid")


@dataclass(frozen=True)
class Company:
    slug: str
    name: str
    colour: str
    cnpj: str = "11222333000181"
    legal_name: str = "Padaria Sol Nascente Ltda"
    address: str = "Rua das Flores, 12, Centro, Campinas - SP, 13010-000"


@dataclass(frozen=True)
class Person:
    name: str = "Ana Souza"
    email: str = "ana@bpo.example"
    role: str = "admin"


@dataclass(frozen=True)
class SignedIn:
    is_authenticated: bool = True
    user: Person = field(default_factory=Person)


COMPANIES = (
    Company("sol", "Padaria Sol Nascente", "amber"),
    Company("horizonte", "Clínica Horizonte", "teal"),
    Company("trama", "Tecidos Trama Fina", "plum"),
    Company("veloz", "Transportes Veloz do Interior", "blue"),
    Company("verde", "Agro Campo Verde", "green"),
    Company("papel", "Gráfica Papel & Cor", "rose"),
)


def create_app(locale: str = "pt_BR") -> Flask:
    """An application with the templates and no services."""
    app = Flask("kitchen", template_folder=str(paths.TEMPLATES), static_folder=str(paths.STATIC))
    app.jinja_loader = ChoiceLoader(  # type: ignore[assignment]
        [
            FileSystemLoader(paths.TEMPLATES),
            FileSystemLoader(str(paths.PACKAGE.parent / "tests/web")),
        ]
    )
    app.secret_key = "kitchen"
    language.init_app(app, lambda: request.args.get("lang") or locale, lambda: "America/Sao_Paulo")
    filters.init_app(app)
    security.init_app(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    app.context_processor(lambda: {"current_user": SignedIn(), "csrf_token": lambda: "token"})
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    app.add_url_rule("/", "kitchen", kitchen)
    app.add_url_rule("/page/<path:name>", "page", page)
    return app


def _blueprints() -> list[Blueprint]:
    office = Blueprint("office", __name__, url_prefix="/office")
    for name in ("inbox", "portfolio", "users", "audit", "preferences"):
        office.add_url_rule(f"/{name}", name, lambda: "", methods=["GET", "POST"])
    office.add_url_rule("/palette", "palette", found)
    for name in ("workspace", "debtors", "receivables", "campaigns", "imports", "reports"):
        office.add_url_rule(f"/w/<slug>/{name}", name, lambda slug: slug)
    office.add_url_rule("/w/<slug>/settings", "settings", lambda slug: slug)
    portal = Blueprint("portal", __name__, url_prefix="/portal")
    portal.add_url_rule("/", "home", lambda: "")
    for name in ("workspace", "debtors", "reports"):
        portal.add_url_rule(f"/w/<slug>/{name}", name, lambda slug: slug)
    auth = Blueprint("auth", __name__)
    for name in ("login", "logout", "forgot", "preferences", "account"):
        auth.add_url_rule(f"/{name}", name, lambda: "")
    public = Blueprint("public", __name__)
    public.add_url_rule("/p/<slug>/policy", "policy", lambda slug: slug)
    return [office, portal, auth, public]


def found() -> dict[str, object]:
    """What the palette finds: companies by name."""
    query = request.args.get("q", "").lower()
    results = [
        {"group": "Clientes", "label": c.name, "url": f"/?c={c.slug}", "colour": c.colour}
        for c in COMPANIES
        if query in c.name.lower()
    ]
    return {"results": results}


def kitchen() -> str:
    """Every macro at once."""
    return page("kitchen_sink.html")


def page(name: str) -> str:
    """Any template with believable values."""
    company = COMPANIES[0]
    role = Role.CLIENT_MANAGER if name.startswith("portal") else Role.ADMIN
    place = navigation.Here(
        "office.workspace" if role is Role.ADMIN else "portal.workspace",
        role,
        None if "everywhere" in request.args else company,
        COMPANIES,
        {"office.inbox": 42, "office.campaigns": 3},
    )
    menu = navigation.office(place) if role is Role.ADMIN else navigation.portal(place)
    return render_template(
        name,
        workspace=place.workspace,
        nav=menu,
        today=TODAY,
        now=NOW,
        rows=rows(),
        companies=COMPANIES,
        colours=COLOUR_NAMES,
        email="ana@bpo.example",
        name="Ana",
        theme=request.args.get("theme", "auto"),
    )


def rows() -> list[tuple[str, str, date, str, int, int]]:
    """Receivables of believable debtors."""
    return [
        (
            debtor,
            f"{1234 + position}-{position + 1}",
            TODAY - timedelta(days=position * 17 - 8),
            STATES[position],
            98_765 * (position + 1) * (7 - position),
            max(position * 17 - 8, 0),
        )
        for position, debtor in enumerate(DEBTORS)
    ]


if __name__ == "__main__":
    create_app().run(port=8099)
