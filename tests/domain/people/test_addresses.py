"""E-mail addresses and telephones as files hold them."""

import pytest

from bpo.domain.people import addresses


@pytest.mark.parametrize(
    ("email", "found"),
    [
        ("fin@loja.example; dono@loja.example", ["fin@loja.example", "dono@loja.example"]),
        ("FIN@Loja.Example fin@loja.example", ["fin@loja.example"]),
        ("<mailto:fin@loja.example>", ["fin@loja.example"]),
        (None, []),
    ],
)
def test_the_addresses_of_a_cell(email: str | None, found: list[str]) -> None:
    read = addresses.reachable(email, None)
    assert ([one.address for one in read.good], read.faults) == (found, ())


def test_telephones_become_dialable() -> None:
    read = addresses.reachable(None, "(11) 98765-4321 / 11 3333-4444 ou 0")
    assert [one.address for one in read.good] == ["+5511987654321", "+551133334444"]
    assert len(read.faults) == 1


def test_words_in_place_of_an_address_are_one_fault() -> None:
    read = addresses.reachable("não tem e-mail", None)
    assert (read.good, len(read.faults)) == ((), 1)
