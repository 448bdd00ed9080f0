"""The queue of money to reconcile, over all client companies; and choosing by hand for one line."""

from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.cash import bank_splits
from bpo.domain.cash.bank_splits import Part
from bpo.domain.intake import findings
from bpo.domain.people.access import Permission
from bpo.gateways import wording
from bpo.kernel import clock
from bpo.kernel.errors import NotFound
from bpo.models import BankLine, Workspace
from bpo.queries.books import debtor_lists, receivables
from bpo.queries.cash import bank, bank_accounts
from bpo.queries.cash.bank import Wanted
from bpo.queries.people import debtors
from bpo.services.cash import reconciliation
from bpo.services.cash.reconciliation import Ref
from bpo.web import access, forms, language, session
from bpo.web.office import blueprint

Answer = str | Response | tuple[str, int]
LEFT = "left"
"""In the place of a field: how much of a credit its form showed to be left, in centavos."""
MARKS = {"ofx": "landmark", "cnab": "receipt-text", "pix": "qr-code"}


@blueprint.get("/office/reconciliation", endpoint="reconciliation")
@access.requires(Permission.RECORD_PAYMENT)
def show_reconciliation() -> str:
    """Credits to match, the largest first; `client`, `show` and `q` in the address narrow it."""
    places = {place.id: place for place in session.reachable()}
    client = _client(places)
    wanted = _wanted(places, client)
    counts = {show: bank.total(db.session(), _other(wanted, show)) for show in bank.SHOWN}
    if wanted.account and not (request.args.get("show") or counts[wanted.show][0]):
        wanted = _other(wanted, "unknown")
    number = _number(counts[wanted.show][0])
    lines = bank.lines(db.session(), wanted, number)
    of = [places[place] for place in wanted.places]
    accounts = bank_accounts.fresh(db.session(), of, g.now)
    return render_template(
        "office/reconciliation/list.html",
        places=places,
        client=client,
        show=wanted.show,
        counts=counts,
        lines=lines,
        proposed=bank.proposed(db.session(), lines),
        matched=bank.matched(db.session(), lines),
        accounts=accounts,
        account=next((one.account for one in accounts if one.account.id == wanted.account), None),
        today=clock.local_day(g.now, client.time_zone if client else "America/Sao_Paulo"),
        number=number,
        size=bank.SIZE,
        marks=MARKS,
        phrase=findings.phrase_from_json,
    )


@blueprint.post("/office/reconciliation/<any(accept, aside, undo):act>")
@access.requires(Permission.RECORD_PAYMENT)
def reconciliation_act(act: str) -> Response:
    """Apply the best proposal of the chosen lines, set them aside, or open them again."""
    chosen = [reconciliation.ref(text) for text in request.form.getlist("id")]
    acts = {
        "accept": reconciliation.accept,
        "aside": reconciliation.set_aside,
        "undo": reconciliation.undo,
    }
    done = acts[act](g.actor, chosen, now=g.now) if chosen else []
    _tell(act, done)
    return redirect(_back())


@blueprint.post("/office/reconciliation/back")
@access.requires(Permission.RECORD_PAYMENT)
def reconciliation_back() -> Response:
    """Undo what was just done, from the message that told it."""
    refs = [reconciliation.ref(text) for text in request.args.get("ids", "").split(",") if text]
    done = reconciliation.undo(g.actor, refs, now=g.now)
    _tell("undo", done)
    return redirect(_back())


@blueprint.post("/office/reconciliation/again")
@access.requires(Permission.RECORD_PAYMENT)
def reconciliation_again() -> Response:
    """Match everything that is open anew, company by company."""
    places = {place.id: place for place in session.reachable()}
    client = _client(places)
    done = [
        reconciliation.rerun(g.actor, number, now=g.now)
        for number in ([client.id] if client else places)
    ]
    matched = sum(one.matched for one in done)
    if matched:
        flash(ngettext("%(num)s line matched", "%(num)s lines matched", matched), "success")
    else:
        flash(_("Nothing new is certain; the proposals are fresh."), "info")
    return redirect(_back())


@blueprint.get("/w/<slug>/bank-lines/<int:line_id>")
@access.requires(Permission.RECORD_PAYMENT)
def bank_line(slug: str, line_id: int) -> str:
    """Say whose a credit is: proposals, a search, and the open receivables of who was chosen."""
    line = _found(line_id)
    asked = forms.number(request.args.get("debtor", ""))
    search = request.args.get("q", "").strip()
    debtor = debtors.by_id(db.session(), g.workspace.id, asked) if asked else None
    place = g.workspace.id
    return render_template(
        "office/reconciliation/line.html",
        line=line,
        debtor=debtor,
        due=receivables.to_settle(db.session(), debtor, line.on_day) if debtor else [],
        chosen=forms.numbers(request.args.getlist("receivable")),
        choices=debtor_lists.choices(db.session(), place, search) if search else [],
        search=search,
        proposed=bank.proposed(db.session(), [line]).get(line.id, []),
        matched=bank.matched(db.session(), [line]).get(line.id, []),
        phrase=findings.phrase_from_json,
        marks=MARKS,
    )


@blueprint.post("/w/<slug>/bank-lines/<int:line_id>")
@access.requires(Permission.RECORD_PAYMENT)
def bank_line_choose(slug: str, line_id: int) -> Response:
    """Settle what was ticked with a credit."""
    typed = request.form.get("debtor", "")
    attempt = forms.attempt(
        lambda: reconciliation.choose(
            g.actor,
            g.workspace.id,
            line_id,
            forms.number(typed) or 0,
            forms.numbers(request.form.getlist("receivable")),
            now=g.now,
        )
    )
    for sentence in forms.faults(attempt).values():
        flash(sentence, "error")
    if attempt.result is None:
        return redirect(url_for("office.bank_line", slug=slug, line_id=line_id, debtor=typed))
    _tell("accept", [Ref(g.workspace.id, line_id)])
    return redirect(url_for("office.reconciliation"))


@blueprint.get("/w/<slug>/bank-lines/<int:line_id>/split")
@access.requires(Permission.RECORD_PAYMENT)
def bank_line_split(slug: str, line_id: int) -> str:
    """Place parts of one credit with several debtors."""
    return _split_page(_found(line_id))


@blueprint.post("/w/<slug>/bank-lines/<int:line_id>/split")
@access.requires(Permission.RECORD_PAYMENT)
def bank_line_split_do(slug: str, line_id: int) -> Answer:
    """Record the parts; what is left waits in the queue."""
    shown = forms.seen()
    attempt = forms.attempt(
        lambda: reconciliation.split(
            g.actor,
            g.workspace.id,
            line_id,
            _parts(),
            now=g.now,
            left_cents=shown.whole(LEFT) if shown else None,
        )
    )
    if attempt.result is None:
        return _split_page(_found(line_id), attempt, faults=forms.faults(attempt)), 400
    left = attempt.result
    _tell("accept", [Ref(g.workspace.id, line_id)])
    if left:
        told = wording.money(left, language.current(), g.workspace.currency)
        flash(_("%(left)s of it stay in suspense and wait here.", left=told), "info")
    return redirect(url_for("office.reconciliation"))


def _parts() -> list[Part]:
    """What was typed: an amount for each debtor, blank for none, and the ticked receivables."""
    typed = forms.typed()
    amounts = [(number, typed.cents(f"cents-{number}")) for number in _debtor_ids(request.form)]
    return [
        Part(number, cents, tuple(forms.numbers(request.form.getlist(f"receivable-{number}"))))
        for number, cents in amounts
        if cents
    ]


def _debtor_ids(values: MultiDict[str, str]) -> list[int]:
    return list(dict.fromkeys(forms.numbers(values.getlist("debtor"))))[: bank_splits.MOST_PARTS]


def _split_page(line: BankLine, attempt: Any = None, **context: Any) -> str:
    place, search = g.workspace.id, request.args.get("q", "").strip()
    ids = _debtor_ids(request.form) or _debtor_ids(request.args)
    people = [found for number in ids if (found := debtors.by_id(db.session(), place, number))]
    due = [receivables.to_settle(db.session(), one, line.on_day) for one in people]
    asked = [sum(each.amount.total_cents for each in titles) for titles in due]
    left = line.amount_cents - line.placed_cents
    return render_template(
        "office/reconciliation/split.html",
        line=line,
        left=left,
        was=forms.still_seen({LEFT: str(left)}, attempt),
        people=list(zip(people, due, bank_splits.proposed(asked, left), strict=True)),
        choices=debtor_lists.choices(db.session(), place, search) if search else [],
        search=search,
        proposed=bank.proposed(db.session(), [line]).get(line.id, []),
        matched=bank.matched(db.session(), [line]).get(line.id, []),
        typed=request.form,
        marks=MARKS,
        **({"faults": {}} | context),
    )


def _tell(act: str, done: list[Ref]) -> None:
    """What came of it, with a way back."""
    count = len(done)
    if not count:
        flash(_("None of the chosen lines could be decided that way."), "warning")
        return
    if act == "undo":
        flash(ngettext("%(num)s line is open again", "%(num)s lines are open again", count), "info")
        return
    text = (
        ngettext("%(num)s line matched", "%(num)s lines matched", count)
        if act == "accept"
        else ngettext("%(num)s line set aside", "%(num)s lines set aside", count)
    )
    ids = ",".join(map(str, done))
    undo = url_for("office.reconciliation_back", ids=ids, next=_back())
    flash({"text": text, "undo": undo}, "success")  # type: ignore[arg-type]


def _wanted(places: dict[int, Workspace], client: Workspace | None) -> Wanted:
    show = request.args.get("show", "")
    return Wanted(
        (client.id,) if client else tuple(places),
        show if show in bank.SHOWN else "suggested",
        request.args.get("q", "").strip(),
        request.args.get("account", type=int) if client else None,
    )


def _other(wanted: Wanted, show: str) -> Wanted:
    return replace(wanted, show=show)


def _number(total: int) -> int:
    last = max(-(-total // bank.SIZE), 1)
    return min(max(request.args.get("page", 1, type=int), 1), last)


def _client(places: dict[int, Workspace]) -> Workspace | None:
    asked = request.args.get("client") or request.form.get("client")
    return next((place for place in places.values() if place.slug == asked), None)


def _found(line_id: int) -> BankLine:
    line = bank.by_id(db.session(), g.workspace.id, line_id)
    if line is None or line.state == "info":
        raise NotFound("There is no such line")
    return line


def _back() -> str:
    asked = request.form.get("next") or request.args.get("next")
    return access.safe_next(asked) or url_for("office.reconciliation")
