"""Ana writes a text, sees it with a debtor's eyes, tries it out, and its versions stay."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bpo.db import acting_as
from bpo.domain.reminders.steps import Channel
from bpo.gateways import outside
from bpo.gateways.channels.carriers import MemoryCarrier
from bpo.gateways.channels.switchboard import Switchboard
from bpo.gateways.mail import Outcome, Stage
from bpo.kernel import actor as actors
from bpo.kernel import clock
from bpo.models import AuditEntry, ChannelSetting, Contact, MessageText, Remark
from bpo.services.reminders import wordings
from tests.factories import debts, people
from tests.web.filling import Filler

AT = "/w/sol/texts/email/pt_BR/something_wrong"
SMS = "/w/sol/texts/sms/pt_BR/not_seen"
WORDS = {
    "subject": "Sobre a sua fatura de {{ creditor }}",
    "preview": "Conte para a gente.",
    "title": "Podemos ajudar?",
    "body": "Olá, {{first_name}}.\n\n[debts]\n\n[pay]\n\n[choices]",
    "base": "0",
}


class Writer(Filler):
    """A browser that sends forms to any address."""

    def post(self, url, fields):
        return self.send("/account", fields, url)


class Catcher:
    """A mail server that remembers what it was given."""

    def __init__(self):
        self.sent = []

    def send(self, envelope_from, recipient, message):
        self.sent.append((recipient, message))
        return Outcome(Stage.DONE, 250, "250 ok")

    def close(self):
        """Nothing to close."""


@pytest.fixture
def cast(session):
    cast = people.cast(session)
    with acting_as(actors.system([cast.sol.id, cast.lua.id], name="test")):
        cast.sol.cnpj, cast.sol.legal_name = "12345678000195", "Padaria Sol Ltda."
        cast.sol.street, cast.sol.city, cast.sol.state = "Rua das Palmeiras, 120", "Campinas", "SP"
        session.commit()
        yield cast


@pytest.fixture
def davi(session, cast):
    due = clock.local_day(datetime.now(UTC), cast.sol.time_zone) - timedelta(days=20)
    davi = debts.debtor(session, cast.sol, "Davi <b>Lima</b>\r\nBcc: x@evil.example")
    debts.receivable(session, davi, due=due, cents=1_234_56)
    return davi


@pytest.fixture
def ana(client, cast):
    return Writer(people.sign_in(client, cast.ana))


@pytest.fixture
def catcher(app, monkeypatch):
    catcher = Catcher()
    here = outside.of(app)
    monkeypatch.setitem(app.extensions, outside.EXTENSION, _with_mail(here, catcher))
    return catcher


def _with_mail(here, mail):
    fields = {name: getattr(here, name) for name in here.__dataclass_fields__}
    return type(here)(**fields | {"mail": mail})


def kept(session):
    return session.scalars(select(MessageText).order_by(MessageText.version)).all()


def test_the_library_lists_every_text_with_its_steps(ana, cast):
    page = ana.open("/w/sol/texts")
    for words in ("Aconteceu alguma coisa?", "Comunicado formal", "D+10", "padrão", "WhatsApp"):
        assert words in page
    assert "About your invoice" in ana.open("/w/sol/texts?language=en")


def test_a_text_is_saved_in_versions_that_stay(session, ana, cast):
    assert ana.post(AT, WORDS).location == AT
    again = WORDS | {"base": "1", "title": "Está tudo bem?"}
    ana.post(AT, again)
    assert ana.post(AT, again).location == AT
    assert [(row.version, row.title) for row in kept(session)] == [
        (1, "Podemos ajudar?"),
        (2, "Está tudo bem?"),
    ]
    assert "{{ first_name }}" in kept(session)[0].body
    assert "Podemos ajudar?" in ana.open(f"{AT}?version=1")
    late = ana.post(AT, WORDS | {"base": "1", "title": "Outro"})
    assert late.status_code == 400
    assert "Outra pessoa mudou este texto" in late.get_data(as_text=True)
    acts = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("text.%")))
    assert acts.all() == ["text.save", "text.save"]
    with pytest.raises(DBAPIError, match="append only"), session.begin_nested():
        session.execute(MessageText.__table__.update().values(body="x"))


def test_the_standard_text_can_hold_again(session, ana, cast):
    ana.post(AT, WORDS)
    ana.post(f"{AT}/standard", {"base": "1"})
    assert [row.is_standard for row in kept(session)] == [False, True]
    assert wordings.in_force(session, cast.sol).own == {}
    ana.post(AT, WORDS | {"base": "2"})
    own = wordings.in_force(session, cast.sol)
    assert own.of("something_wrong", Channel.EMAIL, "pt_BR").name == "something_wrong@pt_BR#3"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body": "Caro devedor,\n\n[choices]"}, "“devedor” acusa"),
        ({"subject": "Faltam {{ total }}"}, "não podem mostrar valores"),
        ({"body": "{{ senha }}\n\n[choices]"}, "Não existe uma variável chamada senha"),
    ],
)
def test_a_text_that_harms_is_not_saved_and_stays_on_the_desk(session, ana, cast, change, words):
    answer = ana.post(AT, WORDS | change)
    assert answer.status_code == 400
    page = answer.get_data(as_text=True)
    assert words in page
    assert next(iter(change.values())).split("\n")[0] in page
    assert kept(session) == []


def test_nothing_is_saved_while_the_law_misses_the_address(session, ana, cast):
    cast.sol.street = cast.sol.city = cast.sol.state = cast.sol.district = None
    session.commit()
    answer = ana.post(AT, WORDS)
    assert answer.status_code == 400
    assert "Falta no rodapé o endereço do credor" in answer.get_data(as_text=True)


def test_what_is_typed_is_seen_with_the_eyes_of_a_debtor(ana, cast, davi):
    typed = WORDS | {"body": "Oi, {{ debtor }}. <img src=x>\n\n[debts]\n\n[choices]"}
    live = ana.post(f"{AT}/check", typed).get_data(as_text=True)
    assert "Sem [pay]" in live
    assert "R$\xa01.234,56" in live
    frame = ana.post(f"{AT}/message", typed)
    mail = frame.get_data(as_text=True)
    assert "Davi &lt;b&gt;Lima&lt;/b&gt;" in mail
    assert "<b>Lima" not in mail
    assert "<img" not in mail
    assert "12.345.678/0001-95" in mail
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert "sandbox" in frame.headers["Content-Security-Policy"]


def test_a_text_cannot_reach_into_the_page_around_it(ana, cast, davi):
    typed = WORDS | {"body": "\ue0003\ue001 @@tag3@@ <!--tag0--> [debts] x\n\n[choices]"}
    mail = ana.post(f"{AT}/message", typed).get_data(as_text=True)
    assert "@@tag3@@ &lt;!--tag0--&gt; [debts] x" in mail


def test_an_sms_is_counted_as_it_is_charged(ana, cast, davi):
    typed = {
        "body": "Olá, {{ first_name }}. {{ creditor }} ação. {{ link }} Sair: SAIR",
        "base": "0",
    }
    live = ana.post(f"{SMS}/check", typed).get_data(as_text=True)
    assert "Ola, Davi. Padaria Sol acao." in live
    assert "enviado e cobrado como 1 SMS" in live


def test_without_a_script_a_variable_goes_to_the_end(ana, cast, davi):
    page = ana.post(AT, WORDS | {"insert": "{{ number }}"}).get_data(as_text=True)
    assert "[choices] {{ number }}</textarea>" in page
    page = ana.post(AT, WORDS | {"insert": "[receipt]"}).get_data(as_text=True)
    assert "[choices]\n\n[receipt]</textarea>" in page


def test_a_test_goes_to_oneself_and_to_nobody_else(session, ana, cast, davi, catcher):
    page = ana.post(f"{AT}/test", WORDS | {"debtor": str(davi.id)}).get_data(as_text=True)
    assert "Enviado para ana@example.com" in page
    [(recipient, raw)] = catcher.sent
    mail = message_from_bytes(raw, policy=policy.default)
    assert (recipient, mail["To"].addresses[0].addr_spec) == ("ana@example.com",) * 2
    assert mail["Bcc"] is None
    assert "davi@example.org" not in raw.decode()
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "text.test")).one()


def test_a_test_bypasses_no_check_and_never_reaches_a_debtor(session, ana, cast, davi, catcher):
    harsh = ana.post(f"{AT}/test", WORDS | {"body": "Último aviso.\n\n[choices]"})
    assert harsh.status_code == 400
    debts.debtor(session, cast.sol, "Ana que deve", email="ana@example.com")
    mine = ana.post(f"{AT}/test", WORDS)
    assert "também o de um devedor" in mine.get_data(as_text=True)
    assert ana.post(f"{SMS}/test", WORDS).status_code == 400
    assert catcher.sent == []


def test_an_sms_is_tried_out_on_ones_own_telephone_and_never_on_a_debtors(
    session, ana, cast, davi, monkeypatch
):
    body = (
        "Oi {{ first_name }}. Fatura {{ number }} de {{ creditor_short }} nao consta paga."
        " {{ link }} Sair: SAIR"
    )
    form = {"body": body, "base": "0", "debtor": str(davi.id), "to": "(11) 98765-4321"}
    assert "não está configurado" in ana.post(f"{SMS}/test", form).get_data(as_text=True)
    carrier = MemoryCarrier()
    monkeypatch.setattr(Switchboard, "carrier", lambda _self, _stored: carrier)
    with acting_as(actors.system([cast.sol.id], name="test")):
        here = {"workspace_id": cast.sol.id, "channel": "sms", "provider": "generic"}
        session.add(ChannelSetting(**here, options={}, secrets={}))
        mine = {"workspace_id": cast.sol.id, "debtor_id": davi.id, "channel": "phone"}
        session.add(Contact(**mine, address="+5511900000001"))
        session.commit()
    theirs = ana.post(f"{SMS}/test", form | {"to": "(11) 90000-0001"})
    assert "também o de um devedor" in theirs.get_data(as_text=True)
    page = ana.post(f"{SMS}/test", form).get_data(as_text=True)
    assert "Enviado para" in page
    (parcel,) = carrier.sent
    assert parcel.recipient == "+5511987654321"
    assert parcel.text.startswith("Oi Davi")
    live = ana.post(f"{SMS}/check", form | {"body": body + " mais palavras" * 8})
    assert "badge warning" in live.get_data(as_text=True)


def test_a_text_of_ones_own_begins_with_its_name(ana, cast):
    form = {"name": "Boas festas", "channel": "email", "locale": "pt_BR"}
    made = ana.post("/w/sol/texts/new", form)
    assert made.location == "/w/sol/texts/email/pt_BR/boas_festas"
    assert ana.post(made.location, WORDS).status_code == 302
    again = ana.post("/w/sol/texts/new", form)
    assert again.location == "/w/sol/texts"
    assert ana.post("/w/sol/texts/new", form | {"name": "…"}).location == "/w/sol/texts"


def test_what_the_team_says_is_listed_and_answered(session, ana, cast):
    ana.post(f"{AT}/remarks", {"words": "Ninguém responde a este texto."})
    assert "Ninguém responde" in ana.open(AT)
    assert "Ninguém responde" in ana.open("/w/sol/remarks")
    said = session.scalars(select(Remark)).one()
    ana.post(f"/w/sol/remarks/{said.id}/settle", {"answer": "Encurtei."})
    assert "Ninguém responde" not in ana.open("/w/sol/remarks")
    assert "Encurtei." in ana.open("/w/sol/remarks?state=settled")
    assert ana.post(f"/w/sol/remarks/{said.id}/settle", {}).status_code == 409


def test_outsiders_and_clients_find_nothing(session, client, cast, davi):
    for who, status in ((cast.carla, 404), (cast.bruno, 403)):
        visitor = Writer(people.sign_in(client, who))
        for url in ("/w/sol/texts", AT, "/w/sol/remarks"):
            assert visitor.client.get(url).status_code == status, url
        for url in (AT, f"{AT}/check", f"{AT}/message", f"{AT}/standard", f"{AT}/test"):
            assert visitor.post(url, WORDS).status_code == status, url
        assert visitor.post(f"{AT}/remarks", {"words": "x"}).status_code == status
    assert kept(session) == []


@pytest.mark.parametrize(
    "at", ["fax/pt_BR/notice", "email/fr/notice", "email/pt_BR/..", "task/en/x"]
)
def test_there_are_no_other_texts(ana, cast, at):
    assert ana.client.get(f"/w/sol/texts/{at}").status_code in (404, 308)
    assert re.search("404|não existe", ana.client.get("/w/sol/texts/email/fr/notice").text)
