"""Which addresses, names and passwords an account may have; when a mail is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.people import accounts, links, pix_keys
from bpo.domain.people.links import Purpose
from bpo.domain.people.pix_keys import PixKeyKind
from bpo.kernel.errors import BadInput

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "cavalo bateria grampo",
        "senhas longas são boas",
        "Tr0ub4dor&3 na praia",
        "ÇãoÇãoÉ123 !",
        "x7$kQ9mZ#2pL",
    ],
)
def test_length_and_surprise_make_a_good_password(password):
    assert accounts.password(password, for_email="ana@sol.example") == password


@pytest.mark.parametrize(
    "password",
    [
        "",
        "curta demais"[:11],
        "x" * 201,
        "aaaaaaaaaaaa",
        "abababababab",
        "123456789012",
        "987654321098",
        "529982247250000",
        "password1234",
        "Senha@123456",
        "mudar1234567",
        "FLAMENGO-2026",
        "SãoPaulo2026!",
        "senhasenha12",
        "ana.lima e mais algo",
        "ANA.LIMA@sol.example",
        "abcdefghijkl",
    ],
)
def test_what_anybody_would_try_is_refused(password):
    with pytest.raises(BadInput) as refusal:
        accounts.password(password, for_email="ana.lima@sol.example")
    assert refusal.value.field == "password"


@given(st.text(min_size=12, max_size=200))
def test_a_password_is_taken_as_it_is_or_refused_and_never_changed(password):
    try:
        taken = accounts.password(password, for_email="ana@sol.example")
    except BadInput:
        return
    assert taken == password


@given(st.text(max_size=60))
def test_an_address_is_normal_or_refused(text):
    try:
        address = accounts.email(text)
    except BadInput:
        return
    assert address == accounts.email(address) == address.strip().lower()
    assert address.count("@") == 1
    assert not set(address) & set(" \r\n<>,;")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("529.982.247-25", PixKeyKind.CPF),
        ("11.222.333/0001-81", PixKeyKind.CNPJ),
        ("12.ABC.345/01DE-35", PixKeyKind.CNPJ),
        ("+55 11 98765-4321", PixKeyKind.PHONE),
        ("Financeiro@Sol.com.br", PixKeyKind.EMAIL),
        ("123E4567-E89B-42D3-A456-426614174000", PixKeyKind.RANDOM),
    ],
)
def test_each_kind_of_pix_key_is_known_and_kept_in_normal_form(text, kind):
    key = pix_keys.normalized(text)
    assert pix_keys.kind_of(key) is kind
    assert pix_keys.normalized(key) == key


@pytest.mark.parametrize(
    "text", ["", "1234", "111.111.111-11", "11 98765-4321", "ana@sol", "+1 555 0100"]
)
def test_what_is_no_pix_key_is_refused(text):
    with pytest.raises(BadInput):
        pix_keys.normalized(text)


def test_links_expire_by_their_purpose():
    assert links.expiry(Purpose.RESET, NOW) == NOW + timedelta(hours=2)
    assert links.expiry(Purpose.INVITE, NOW) == NOW + timedelta(days=7)


def test_a_mail_waits_longer_after_each_failure_and_then_for_ever():
    waits = [
        next(m for m in range(99) if links.retry_due(n, NOW, NOW + timedelta(minutes=m)))
        for n in range(1, links.MAX_MAIL_ATTEMPTS)
    ]
    assert waits == [1, 4, 9, 16]
    assert not links.retry_due(links.MAX_MAIL_ATTEMPTS, NOW, NOW + timedelta(days=9))
    assert links.retry_due(0, None, NOW)
