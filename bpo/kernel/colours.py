"""The colours by which client companies are told apart."""

INK = {
    "teal": "#0f766e",
    "sky": "#0b6e99",
    "blue": "#2262c9",
    "indigo": "#4650c8",
    "violet": "#7441c4",
    "plum": "#963a96",
    "rose": "#be2f66",
    "coral": "#bd4426",
    "amber": "#996000",
    "olive": "#667012",
    "green": "#2a7838",
    "slate": "#536073",
}
"""Each colour as mails and PDFs print it; the screens' stylesheet holds the same."""
COLOURS = tuple(INK)
DEFAULT = COLOURS[0]


def next_free(taken: list[str]) -> str:
    """The colour that is used least among those taken, the first of the palette on a tie."""
    return min(COLOURS, key=lambda colour: (taken.count(colour), COLOURS.index(colour)))


def hexadecimal(colour: str) -> str:
    """A colour of the palette as `#rrggbb`; anything else is the default."""
    return INK.get(colour, INK[DEFAULT])
