"""PostgreSQL's COPY text: what is written is what the server reads back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bpo.formats import copying

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_READ = {r"\\": "\\", r"\t": "\t", r"\n": "\n", r"\r": "\r"}


def read(field: str) -> str | None:
    """What PostgreSQL makes of one field."""
    if field == r"\N":
        return None
    out, at = "", 0
    while at < len(field):
        pair = field[at : at + 2]
        out, at = (out + _READ[pair], at + 2) if pair in _READ else (out + field[at], at + 1)
    return out


@given(st.lists(st.none() | texts, min_size=1))
def test_texts_come_back(values: list[str | None]) -> None:
    written = copying.texts(values)
    assert [read(field) for field in written] == values
    assert not any(mark in field for field in written for mark in "\t\n\r")


@given(st.dictionaries(texts, texts))
def test_documents_come_back(value: dict[str, str]) -> None:
    (written,) = copying.documents([value])
    plain = read(written)
    assert plain is not None
    assert json.loads(plain) == value


def test_a_block_has_a_line_a_row() -> None:
    columns = [copying.plain([1, None]), copying.texts(["a\tb", "c"])]
    assert copying.block(columns) == b"1\ta\\tb\n\\N\tc\n"
    assert copying.block([[], []]) == b""
