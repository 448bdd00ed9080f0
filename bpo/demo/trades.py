"""What the client companies sell, to whom, on what terms, and how their customers pay."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bpo.demo.habits import Habit
from bpo.domain.cash.payments import Method


class Billing(StrEnum):
    """How a trade charges its customers."""

    MONTHLY = "monthly"
    DELIVERIES = "deliveries"
    ORDERS = "orders"
    TREATMENTS = "treatments"


@dataclass(frozen=True, slots=True)
class Trade:
    """A way of doing business; amounts in centavos, terms in days.

    `amounts`: the smallest and largest usual title. `rhythm`: titles or orders a debtor gets per
    month (deliveries, orders), or contracts in all (treatments). `due_days`: days of the month on
    which monthly fees fall due. `habits`: how many debtors of each habit. `kinds`: how companies
    among the debtors are called; none: they are people, and consumers. `charged_pct`: how often
    late charges are really paid. `joined_late_pct`: debtors who came during the history.
    """

    billing: Billing
    amounts: tuple[int, int]
    habits: Mapping[Habit, int]
    goods: tuple[str, ...]
    number: str
    methods: Mapping[Method, int]
    terms: tuple[int, ...] = ()
    due_days: tuple[int, ...] = ()
    rhythm: tuple[float, float] = (1, 1)
    kinds: tuple[str, ...] = ()
    plain_names: bool = False
    charged_pct: int = 70
    joined_late_pct: int = 30

    @property
    def consumers(self) -> bool:
        """Whether the debtors are people who buy for themselves."""
        return not self.kinds

    @property
    def debtors(self) -> int:
        """How many debtors."""
        return sum(self.habits.values())


_MOSTLY_BOLETO = {Method.BOLETO: 62, Method.PIX: 28, Method.TRANSFER: 10}
_MOSTLY_PIX = {Method.PIX: 58, Method.BOLETO: 30, Method.CARD: 10, Method.CASH: 2}

BAKERY = Trade(
    billing=Billing.DELIVERIES,
    amounts=(240_00, 2_900_00),
    terms=(14, 21, 21, 28),
    rhythm=(1.0, 3.3),
    number="{number}",
    goods=(
        "Pães e massas congeladas",
        "Pães de forma e bisnagas",
        "Croissants e folhados",
        "Pão francês pré-assado",
        "Bolos e tortas",
    ),
    kinds=(
        "Café",
        "Mercado",
        "Restaurante",
        "Hotel",
        "Supermercado",
        "Lanchonete",
        "Cantina",
        "Empório",
        "Buffet",
        "Pousada",
    ),
    habits={
        Habit.PUNCTUAL: 12,
        Habit.EASY: 9,
        Habit.CARELESS: 5,
        Habit.LATE: 3,
        Habit.SEASONAL: 2,
        Habit.PARTIAL: 1,
        Habit.IMPROVING: 2,
        Habit.WORSENING: 1,
        Habit.STOPPED: 1,
        Habit.LAPSED: 1,
        Habit.NEW: 2,
    },
    methods=_MOSTLY_BOLETO,
    charged_pct=55,
)
SCHOOL = Trade(
    billing=Billing.MONTHLY,
    amounts=(289_00, 720_00),
    terms=(20, 25),
    due_days=(5, 10, 15, 20, 25),
    number="M-{number:05d}",
    goods=(
        "Mensalidade inglês",
        "Mensalidade inglês intensivo",
        "Mensalidade espanhol",
        "Mensalidade francês",
        "Mensalidade inglês para crianças",
    ),
    habits={
        Habit.PUNCTUAL: 27,
        Habit.EASY: 16,
        Habit.CARELESS: 9,
        Habit.LATE: 5,
        Habit.SEASONAL: 5,
        Habit.PARTIAL: 3,
        Habit.IMPROVING: 3,
        Habit.WORSENING: 2,
        Habit.STOPPED: 1,
        Habit.LAPSED: 1,
        Habit.NEW: 5,
    },
    methods=_MOSTLY_PIX,
    charged_pct=80,
    joined_late_pct=45,
)
CLINIC = Trade(
    billing=Billing.TREATMENTS,
    amounts=(240_00, 1_350_00),
    rhythm=(1, 3),
    number="CT-{number}",
    goods=(
        "Tratamento ortodôntico",
        "Implante e coroa",
        "Tratamento de canal",
        "Clareamento dental",
        "Prótese parcial",
        "Restaurações",
    ),
    habits={
        Habit.PUNCTUAL: 44,
        Habit.EASY: 24,
        Habit.CARELESS: 13,
        Habit.LATE: 7,
        Habit.SEASONAL: 6,
        Habit.PARTIAL: 4,
        Habit.IMPROVING: 3,
        Habit.WORSENING: 4,
        Habit.STOPPED: 2,
        Habit.LAPSED: 2,
        Habit.NEW: 6,
    },
    methods=_MOSTLY_PIX,
    charged_pct=75,
)
PARTS = Trade(
    billing=Billing.ORDERS,
    amounts=(900_00, 9_800_00),
    terms=(28, 35, 42),
    rhythm=(0.5, 1.3),
    number="{number}",
    goods=(
        "Filtros e lubrificantes",
        "Freios e embreagens",
        "Suspensão e rolamentos",
        "Peças de motor diesel",
        "Pneus e câmaras",
        "Baterias e elétrica",
    ),
    kinds=("Oficina", "Transportes", "Auto Center", "Retífica", "Locadora", "Autopeças"),
    habits={
        Habit.PUNCTUAL: 10,
        Habit.EASY: 8,
        Habit.CARELESS: 5,
        Habit.LATE: 4,
        Habit.SEASONAL: 1,
        Habit.PARTIAL: 2,
        Habit.IMPROVING: 1,
        Habit.WORSENING: 2,
        Habit.STOPPED: 1,
        Habit.LAPSED: 1,
        Habit.NEW: 2,
    },
    methods=_MOSTLY_BOLETO,
    charged_pct=45,
)
SOFTWARE = Trade(
    billing=Billing.MONTHLY,
    amounts=(149_00, 1_990_00),
    terms=(22, 27),
    due_days=(5, 10, 15, 20, 25),
    number="FS-{number}",
    goods=("Plano Essencial", "Plano Pro", "Plano Pro", "Plano Gestão Completa"),
    kinds=("Contábil", "Administradora", "Imobiliária", "Assessoria", "Escritório"),
    habits={
        Habit.PUNCTUAL: 27,
        Habit.EASY: 12,
        Habit.CARELESS: 5,
        Habit.LATE: 3,
        Habit.SEASONAL: 1,
        Habit.PARTIAL: 1,
        Habit.IMPROVING: 1,
        Habit.WORSENING: 1,
        Habit.STOPPED: 1,
        Habit.LAPSED: 1,
        Habit.NEW: 3,
    },
    methods=_MOSTLY_BOLETO,
    joined_late_pct=50,
)
LIFTS = Trade(
    billing=Billing.MONTHLY,
    amounts=(780_00, 3_200_00),
    terms=(25, 30),
    due_days=(5, 10, 15, 20, 25),
    number="NFS-{number}",
    goods=("Manutenção mensal, 1 elevador", "Manutenção mensal, 2 elevadores"),
    kinds=("Condomínio Edifício", "Condomínio Residencial", "Condomínio"),
    plain_names=True,
    habits={
        Habit.PUNCTUAL: 12,
        Habit.EASY: 8,
        Habit.CARELESS: 5,
        Habit.LATE: 3,
        Habit.SEASONAL: 1,
        Habit.PARTIAL: 1,
        Habit.IMPROVING: 1,
        Habit.WORSENING: 2,
        Habit.STOPPED: 1,
        Habit.LAPSED: 1,
        Habit.NEW: 1,
    },
    methods=_MOSTLY_BOLETO,
    charged_pct=60,
    joined_late_pct=20,
)
