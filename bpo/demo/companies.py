"""The six client companies of the demonstration, and the rules that each has chosen."""

from dataclasses import dataclass, field
from decimal import Decimal

from bpo.demo import trades
from bpo.demo.trades import Trade
from bpo.domain.books.policies import CollectionPolicy, EarlyDiscount, NegotiationLimits
from bpo.domain.people.payment_methods import Kind
from bpo.domain.people.workspaces import Profile
from bpo.domain.reminders.deliveries import State


@dataclass(frozen=True, slots=True)
class Terms:
    """A collection policy, in force since so many days ago."""

    days_ago: int
    policy: CollectionPolicy


@dataclass(frozen=True, slots=True)
class Holiday:
    """A local holiday of every year."""

    month: int
    day: int
    name: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to pay besides Pix."""

    kind: Kind
    label: str
    details: dict[str, str]


@dataclass(frozen=True, slots=True)
class Company:
    """A client company: who it is, how it sells, and since when it is looked after.

    `analyst`: the local part of an analyst's address. `report`: weekday and hour of its weekly
    report. `weeks`: how long its reminders have been going out; None: they wait for a go.
    `concentrated`: the name of one debtor who buys more than all others. `fates`: what became of a
    message some business days ago. `neighbours`: where its debtors live, the first most of all.
    """

    slug: str
    profile: Profile
    trade: Trade
    analyst: str
    domain: str
    terms: tuple[Terms, ...]
    weeks: int | None
    neighbours: tuple[tuple[str, str], ...]
    area_code: str
    holidays: tuple[Holiday, ...] = ()
    methods: tuple[Offer, ...] = ()
    report: tuple[int, int] = (4, 17)
    concentrated: str | None = None
    fates: dict[int, State] = field(default_factory=dict)


EIGHTEEN_MONTHS = 560
_USUAL = CollectionPolicy()
_SMALL_PARTS = NegotiationLimits(max_installments=10, min_installment_cents=80_00)


def _transfer(bank: str, account: str, holder: str, cnpj: str) -> Offer:
    details = {"bank": bank, "branch": "0001", "account": account, "holder": holder}
    return Offer(Kind.TRANSFER, "Transferência", details | {"document": cnpj})


_TRIGO = Company(
    slug="trigo-da-serra",
    profile=Profile(
        name="Trigo da Serra",
        legal_name="Trigo da Serra Panificação Industrial Ltda",
        cnpj="41825937000183",
        trade="Padaria industrial",
        street="Rua das Moendas, 310",
        district="Vila Industrial",
        city="Mogi das Cruzes",
        state="SP",
        postal_code="08770-120",
        phone="+55 11 4700-0310",
        email="financeiro@trigodaserra.example",
        colour="amber",
        sender_name="Trigo da Serra",
        sender_email="cobranca@trigodaserra.example",
        reply_to="financeiro@trigodaserra.example",
        pix_key="41825937000183",
    ),
    report=(0, 8),
    trade=trades.BAKERY,
    analyst="ana",
    domain="trigodaserra.example",
    terms=(Terms(EIGHTEEN_MONTHS, _USUAL),),
    weeks=13,
    neighbours=(("Mogi das Cruzes", "SP"), ("Suzano", "SP"), ("São Paulo", "SP")),
    area_code="11",
    holidays=(Holiday(9, 1, "Aniversário de Mogi das Cruzes"),),
    fates={0: State.UNCERTAIN, 6: State.REFUSED},
)
_PONTE = Company(
    slug="ponte-idiomas",
    profile=Profile(
        name="Ponte Idiomas",
        legal_name="Ponte Escola de Idiomas Ltda",
        cnpj="28406173000123",
        trade="Escola de idiomas",
        street="Rua Miguel de Frias, 77",
        district="Icaraí",
        city="Niterói",
        state="RJ",
        postal_code="24220-001",
        phone="+55 21 2600-0077",
        email="secretaria@ponteidiomas.example",
        colour="indigo",
        sender_name="Secretaria Ponte Idiomas",
        sender_email="cobranca@ponteidiomas.example",
        reply_to="secretaria@ponteidiomas.example",
        pix_key="secretaria@ponteidiomas.example",
    ),
    report=(4, 17),
    trade=trades.SCHOOL,
    analyst="ana",
    domain="ponteidiomas.example",
    terms=(
        Terms(EIGHTEEN_MONTHS, _USUAL),
        Terms(
            170,
            CollectionPolicy(
                discounts=(EarlyDiscount(0, Decimal("0.05")),), negotiation=_SMALL_PARTS
            ),
        ),
    ),
    weeks=11,
    neighbours=(("Niterói", "RJ"), ("São Gonçalo", "RJ"), ("Rio de Janeiro", "RJ")),
    area_code="21",
    holidays=(Holiday(6, 24, "São João, padroeiro de Niterói"),),
    methods=(
        Offer(Kind.LINK, "Cartão de crédito", {"url": "https://pagar.ponteidiomas.example/"}),
    ),
    fates={2: State.REFUSED},
)
_SORRISO = Company(
    slug="sorriso-do-parque",
    profile=Profile(
        name="Sorriso do Parque",
        legal_name="Clínica Odontológica Sorriso do Parque Ltda",
        cnpj="35972048000146",
        trade="Clínica odontológica",
        street="Rua da Jaqueira, 145, sala 302",
        district="Jaqueira",
        city="Recife",
        state="PE",
        postal_code="52050-000",
        phone="+55 81 3400-0145",
        email="recepcao@sorrisodoparque.example",
        colour="teal",
        sender_name="Sorriso do Parque",
        sender_email="financeiro@sorrisodoparque.example",
        time_zone="America/Recife",
        pix_key="+5581900000145",
    ),
    report=(4, 16),
    trade=trades.CLINIC,
    analyst="ana",
    domain="sorrisodoparque.example",
    terms=(Terms(EIGHTEEN_MONTHS, CollectionPolicy(negotiation=_SMALL_PARTS)),),
    weeks=9,
    neighbours=(("Recife", "PE"), ("Olinda", "PE"), ("Jaboatão dos Guararapes", "PE")),
    area_code="81",
    holidays=(
        Holiday(6, 24, "São João"),
        Holiday(7, 16, "Nossa Senhora do Carmo, padroeira do Recife"),
    ),
    methods=(
        Offer(
            Kind.LINK, "Cartão em até 12 vezes", {"url": "https://pagar.sorrisodoparque.example/"}
        ),
    ),
    fates={1: State.FAILED},
)
_NORTE = Company(
    slug="norte-diesel",
    profile=Profile(
        name="Norte Diesel",
        legal_name="Norte Diesel Distribuidora de Autopeças Ltda",
        cnpj="17350894000142",
        trade="Distribuidora de autopeças",
        street="Avenida Torquato Tapajós, 4180",
        district="Flores",
        city="Manaus",
        state="AM",
        postal_code="69058-830",
        phone="+55 92 3300-4180",
        email="financeiro@nortediesel.example",
        colour="coral",
        sender_name="Norte Diesel, contas a receber",
        sender_email="contasareceber@nortediesel.example",
        time_zone="America/Manaus",
        pix_key="17350894000142",
    ),
    report=(1, 9),
    trade=trades.PARTS,
    analyst="rafael",
    domain="nortediesel.example",
    terms=(
        Terms(EIGHTEEN_MONTHS, CollectionPolicy(grace_days=3, monthly_rate=Decimal("0.02"))),
        Terms(
            140,
            CollectionPolicy(
                monthly_rate=Decimal("0.02"), discounts=(EarlyDiscount(7, Decimal("0.02")),)
            ),
        ),
    ),
    weeks=10,
    neighbours=(
        ("Manaus", "AM"),
        ("Itacoatiara", "AM"),
        ("Boa Vista", "RR"),
        ("Porto Velho", "RO"),
    ),
    area_code="92",
    holidays=(Holiday(9, 5, "Elevação do Amazonas"), Holiday(10, 24, "Aniversário de Manaus")),
    methods=(
        _transfer("Banco da Amazônia", "20418-7", "Norte Diesel Distribuidora", "17350894000142"),
    ),
    concentrated="Expresso Rio Negro Transportes S.A.",
)
_LUMINA = Company(
    slug="lumina-sistemas",
    profile=Profile(
        name="Lumina Sistemas",
        legal_name="Lumina Tecnologia e Sistemas Ltda",
        cnpj="40268135000157",
        trade="Software por assinatura",
        street="Rodovia José Carlos Daux, 5500, torre B",
        district="Saco Grande",
        city="Florianópolis",
        state="SC",
        postal_code="88032-005",
        phone="+55 48 3700-5500",
        email="faturamento@lumina.example",
        colour="violet",
        sender_name="Lumina Sistemas",
        sender_email="faturamento@lumina.example",
        pix_key="7d1f0c52-3b86-4e0a-9f6e-5a2c81b04e97",
    ),
    report=(0, 9),
    trade=trades.SOFTWARE,
    analyst="rafael",
    domain="lumina.example",
    terms=(Terms(EIGHTEEN_MONTHS, CollectionPolicy(grace_days=2)),),
    weeks=12,
    neighbours=(
        ("Florianópolis", "SC"),
        ("Joinville", "SC"),
        ("Curitiba", "PR"),
        ("Goiânia", "GO"),
    ),
    area_code="48",
    holidays=(Holiday(3, 23, "Aniversário de Florianópolis"),),
    fates={4: State.REFUSED},
)
_TORRE = Company(
    slug="torre-sul",
    profile=Profile(
        name="Torre Sul Elevadores",
        legal_name="Torre Sul Conservação de Elevadores Ltda",
        cnpj="5K28M731000151",
        trade="Manutenção de elevadores",
        street="Rua Koesa, 228",
        district="Kobrasol",
        city="São José",
        state="SC",
        postal_code="88102-310",
        phone="+55 48 3200-0228",
        email="administrativo@torresul.example",
        colour="slate",
        sender_name="Torre Sul Elevadores",
        sender_email="cobranca@torresul.example",
        pix_key="administrativo@torresul.example",
    ),
    report=(4, 17),
    trade=trades.LIFTS,
    analyst="rafael",
    domain="torresul.example",
    terms=(Terms(EIGHTEEN_MONTHS, _USUAL),),
    weeks=None,
    neighbours=(("São José", "SC"), ("Florianópolis", "SC"), ("Palhoça", "SC")),
    area_code="48",
    holidays=(Holiday(3, 19, "Aniversário de São José"),),
    methods=(_transfer("Banco do Sul", "77120-3", "Torre Sul Elevadores", "5K28M731000151"),),
)
COMPANIES = (_TRIGO, _PONTE, _SORRISO, _NORTE, _LUMINA, _TORRE)
