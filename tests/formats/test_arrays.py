"""Columns of values as one parameter, read back by the database itself."""

from datetime import date

from sqlalchemy import text

from bpo.formats import arrays


def test_the_database_reads_what_was_written(session):
    awkward = [
        "",
        "NULL",
        None,
        "a,b",
        'say "no"',
        "back\\slash",
        "{curly}",
        " edge ",
        "a,b",
        "ção",
    ]
    found = session.scalar(text("SELECT CAST(:it AS text[])"), {"it": arrays.texts(awkward)})
    assert found == awkward
    days = [date(2026, 2, 28), None]
    assert session.scalar(text("SELECT CAST(:it AS date[])"), {"it": arrays.plain(days)}) == days
