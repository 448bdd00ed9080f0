"""The words by which people know texts, their variables and their blocks."""

from bpo.domain.writing.text_checks import Part
from bpo.kernel.text import Phrase
from bpo.services.writing.texts import Place
from bpo.web.statuses import spelled

NAMES = {
    "issue": Phrase("Here is your invoice"),
    "before_due": Phrase("It is due soon"),
    "due_tomorrow": Phrase("It is due tomorrow"),
    "due_today": Phrase("It is due today"),
    "not_seen": Phrase("The payment was not seen"),
    "something_wrong": Phrase("Has something happened?"),
    "offer_help": Phrase("An offer of help"),
    "proposal": Phrase("A proposal until a day"),
    "notice": Phrase("Formal notice"),
    "discount": Phrase("A proposal with a discount"),
    "thanks": Phrase("Thanks and receipt"),
    "agreement": Phrase("An agreement, with its paper"),
    "how_are_you": Phrase("Is all well?"),
}
PARTS = {
    Part.SUBJECT: Phrase("Subject"),
    Part.PREVIEW: Phrase("Preview line"),
    Part.TITLE: Phrase("Heading"),
    Part.BODY: Phrase("Text"),
    Part.FOOTER: Phrase("Footer"),
}
LANGUAGES = {"pt_BR": Phrase("Portuguese"), "en": Phrase("English")}
VARIABLES: tuple[tuple[Phrase, tuple[tuple[str, Phrase], ...]], ...] = (
    (
        Phrase("Who reads"),
        (
            ("first_name", Phrase("first name, or the company's name")),
            ("debtor", Phrase("full name")),
        ),
    ),
    (
        Phrase("Who writes"),
        (
            ("creditor", Phrase("the creditor's name")),
            ("creditor_short", Phrase("the creditor's name, short")),
        ),
    ),
    (
        Phrase("The invoice"),
        (
            ("number", Phrase("number of the oldest invoice")),
            ("count", Phrase("how many invoices")),
            ("due", Phrase("its due date")),
            ("due_short", Phrase("its due date, without the year")),
            ("days_late", Phrase("days late")),
            ("today", Phrase("today's date")),
        ),
    ),
    (
        Phrase("Amounts"),
        (
            ("total", Phrase("total today")),
            ("also_open", Phrase("what else is open")),
            ("offer", Phrase("amount of the proposal")),
            ("valid_until", Phrase("until when the proposal holds")),
            ("paid", Phrase("amount received")),
            ("paid_on", Phrase("day of the payment")),
        ),
    ),
    (
        Phrase("Ways out"),
        (
            ("link", Phrase("address of the debtor's page")),
            ("effects", Phrase("what the client has truly decided")),
        ),
    ),
)
BLOCKS: tuple[tuple[str, Phrase], ...] = (
    ("debts", Phrase("the invoices with how each amount is made up")),
    ("pay", Phrase("the button to see and pay")),
    ("choices", Phrase("paid, instalments, disagree, a person")),
    ("receipt", Phrase("what was received and when")),
)
CONDITIONS: tuple[tuple[str, Phrase], ...] = (
    ("{% if count == 1 %}…{% else %}…{% endif %}", Phrase("one invoice, or several")),
    ("{% if offer %}…{% endif %}", Phrase("only with a proposal")),
)


def name(where: Place | str) -> Phrase | str:
    """How people call a text, by its place, its key or the name that a message keeps of it."""
    key = where.partition("@")[0] if isinstance(where, str) else where.key
    return NAMES.get(key) or spelled(key)
