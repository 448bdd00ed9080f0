"""Short messages: text made to fit the GSM alphabet, and in how many parts it is sent and paid."""

import re
import unicodedata

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_PLAIN = str.maketrans(
    {
        "ç": "c",
        "\u00a0": " ",
        "\u202f": " ",
        "–": "-",
        "—": "-",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "…": "...",
        "•": "-",
        "º": "o",
        "ª": "a",
        "°": "o",
    }
)
ONE_GSM, EACH_GSM = 160, 153
ONE_UCS2, EACH_UCS2 = 70, 67
_SPACES = re.compile(r"[ \t]+")
_MOBILE = re.compile(r"(\+55\d\d)9(\d{8})")
_OLD_MOBILE = re.compile(r"(\+55\d\d)([6-9]\d{7})")


def transliterated(text: str) -> str:
    """The text in the GSM-7 alphabet: Portuguese accents that it lacks are dropped, rest becomes ?.

    Letters that the alphabet has (é, à, ü ...) lose their accents too, so that a sentence reads
    evenly: "nao é" would look like a mistake.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    fitted = "".join(c if c in _GSM or c in _EXTENDED else "?" for c in kept)
    return _SPACES.sub(" ", fitted).strip()


def is_gsm(text: str) -> bool:
    """Whether every character is in the GSM-7 alphabet or its extension."""
    return _GSM.issuperset(set(text) - _EXTENDED)


def parts(text: str) -> int:
    """In how many messages the text is sent: 160/153 characters of GSM-7, 70/67 of UCS-2."""
    if is_gsm(text):
        length = len(text) + sum(c in _EXTENDED for c in text)
        return _parts(length, ONE_GSM, EACH_GSM)
    return _parts(len(text.encode("utf-16-be")) // 2, ONE_UCS2, EACH_UCS2)


def number_forms(number: str) -> list[str]:
    """How providers write a Brazilian mobile number: with and without its ninth digit.

    `+5511987654321` and `+551187654321` are one telephone; other numbers have one form.
    """
    plain = "+" + "".join(c for c in number if c.isdigit())
    long, short = _MOBILE.fullmatch(plain), _OLD_MOBILE.fullmatch(plain)
    if long:
        return [plain, long[1] + long[2]]
    return [plain, f"{short[1]}9{short[2]}"] if short else [plain]


def _parts(length: int, one: int, each: int) -> int:
    return 1 if length <= one else -(-length // each)
