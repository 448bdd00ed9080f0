"""The debtors of a client company: people and companies with papers, addresses and habits."""

from collections.abc import Iterator
from random import Random

from bpo.demo import habits, names, papers
from bpo.demo.companies import Company
from bpo.demo.habits import Habit
from bpo.demo.ledger import Contact, Debtor
from bpo.demo.trades import Trade

MAIL = "correio.example"
"""Where private people have their addresses; `.example` is nobody's (RFC 2606)."""

_GIANT = 5
"""How many usual titles of others one of the largest buyer comes to."""


def invented(rng: Random, company: Company) -> list[Debtor]:
    """All debtors, each habit as often as the trade says, in no particular order."""
    trade = company.trade
    habits = [habit for habit, count in trade.habits.items() for _ in range(count)]
    rng.shuffle(habits)
    called = _called(rng, trade)
    found = [
        _debtor(rng, company, next(called), habit, number)
        for number, habit in enumerate(habits, start=1)
    ]
    if company.concentrated:
        _make_giant(next(d for d in found if d.habit is Habit.LATE), company)
    return found


def _called(rng: Random, trade: Trade) -> Iterator[str]:
    if trade.consumers:
        return names.people(rng)
    return names.companies(rng, trade.kinds, plain=trade.plain_names)


def _debtor(rng: Random, company: Company, name: str, habit: Habit, number: int) -> Debtor:
    trade = company.trade
    city, state = company.neighbours[0]
    if rng.random() < 0.35:
        city, state = rng.choice(company.neighbours)
    new = habit is Habit.NEW
    return Debtor(
        name=name,
        reference=f"{number * 7 + 1000:05d}",
        document=papers.cpf(rng) if trade.consumers else papers.cnpj(rng, letters=new),
        person=trade.consumers,
        consumer=trade.consumers,
        city=city,
        state=state,
        habit=habit,
        usual_cents=_usual(rng, trade, habit),
        contacts=_contacts(rng, company, name),
        joined_days=_joined(rng, trade, habit),
        tags=("novo",) if new else (),
    )


def _usual(rng: Random, trade: Trade, habit: Habit) -> int:
    """More small buyers than large ones, in whole reais; who stops paying was a small one."""
    least, most = trade.amounts
    if habits.pays_nothing_now(habit):
        most = least + (most - least) // 4
    share: float = rng.random() ** 1.8
    return round((least + (most - least) * share) / 100) * 100


def _joined(rng: Random, trade: Trade, habit: Habit) -> int:
    days = rng.randrange(40, 400) if rng.random() * 100 < trade.joined_late_pct else 0
    return 0 if habits.pays_nothing_now(habit) else days


def _contacts(rng: Random, company: Company, name: str) -> list[Contact]:
    handle = names.handle(name)
    phone = f"+55{company.area_code}900{rng.randrange(10**6):06d}"
    if company.trade.consumers:
        found = [Contact("email", f"{handle}@{MAIL}"), Contact("phone", phone)]
        return [*found, Contact("whatsapp", phone)] if rng.random() < 0.6 else found
    person = next(names.people(rng))
    domain = f"{handle.replace('.', '')}.example"
    found = [
        Contact("email", f"{rng.choice(('financeiro', 'contas', 'fiscal'))}@{domain}", person),
        Contact("phone", phone, person),
    ]
    if rng.random() < 0.4:
        owner = next(names.people(rng))
        address = f"{names.handle(owner).split('.')[0]}@{domain}"
        found.append(Contact("email", address, owner, "owner"))
    return found


def _make_giant(debtor: Debtor, company: Company) -> None:
    """One debtor so large that the client company depends on it."""
    assert company.concentrated
    debtor.name = company.concentrated
    debtor.usual_cents = company.trade.amounts[1] * _GIANT // 2
    debtor.tags = ("cliente-chave",)
    domain = f"{names.handle(debtor.name).replace('.', '')}.example"
    for contact in debtor.contacts:
        if contact.channel == "email":
            contact.address = f"{contact.address.partition('@')[0]}@{domain}"
