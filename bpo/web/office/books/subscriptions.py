"""Recurring charges: the list, one of them with its history, and what comes next."""

from datetime import date, timedelta
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from bpo.db import db
from bpo.domain.books import subscriptions as rules
from bpo.domain.books.subscriptions import Every, Period, Price, Terms
from bpo.domain.people.access import Permission
from bpo.kernel.errors import BadInput, NotFound
from bpo.models import Subscription
from bpo.queries.books import debtor_lists
from bpo.queries.books import subscriptions as stored
from bpo.queries.people import debtors
from bpo.services.books import subscriptions
from bpo.web import access, forms
from bpo.web.forms import Attempt
from bpo.web.office import blueprint
from bpo.web.office.people import lists
from bpo.web.office.people.debtors import found

Answer = str | Response | tuple[str, int]
AHEAD = 6
ACTS = ("price", "pause", "resume", "end")


@blueprint.get("/w/<slug>/subscriptions", endpoint="subscriptions")
@access.requires(Permission.SEE_WORKSPACE)
def show_subscriptions(slug: str) -> Answer:
    """Everything that is charged again and again."""
    session, place, today = db.session(), g.workspace.id, lists.today()
    rows = stored.listed(session, place)
    agreed = stored.agreed(session, place, [row for row, _debtor in rows])
    prices = {row.id: rules.price(terms, today) for row, terms, _done in agreed}
    return render_template(
        "office/subscriptions/list.html",
        rows=rows,
        prices=prices,
        monthly_cents=sum(
            rules.monthly(terms, today)
            for row, terms, _done in agreed
            if row.next_issue_on is not None
        ),
        paused=stored.paused_ids(session, place, today),
        labels=rules.LABELS,
        today=today,
    )


@blueprint.get("/w/<slug>/subscriptions/new")
@access.requires(Permission.EDIT_DEBTORS)
def subscription_new(slug: str) -> Answer:
    """Choose who pays, then say what, how much and how often; see what it would charge."""
    number = forms.number(request.args.get("debtor", ""))
    search = request.args.get("q", "").strip()
    if number is None:
        choices = debtor_lists.choices(db.session(), g.workspace.id, search) if search else []
        return render_template("office/subscriptions/choose.html", choices=choices, search=search)
    return _form(number, forms.attempt(_preview))


@blueprint.post("/w/<slug>/subscriptions/new")
@access.requires(Permission.EDIT_DEBTORS)
def subscription_begin(slug: str) -> Answer:
    """Agree on it."""
    debtor = found(_number("debtor"))
    typed = forms.typed()
    attempt = forms.attempt(
        lambda: subscriptions.begin(
            g.actor,
            g.workspace.id,
            debtor.id,
            typed.text("description") or "",
            _terms(typed),
            now=g.now,
        )
    )
    if attempt.result is None:
        return _form(debtor.id, attempt), 400
    flash(_("The charge comes back by itself from now on."), "success")
    return _page_of(attempt.result.id)


@blueprint.get("/w/<slug>/subscriptions/<int:subscription_id>")
@access.requires(Permission.SEE_WORKSPACE)
def subscription(slug: str, subscription_id: int) -> Answer:
    """One charge: what was agreed, what was charged, what comes next."""
    return _page(subscription_id)


@blueprint.post("/w/<slug>/subscriptions/<int:subscription_id>/<act>")
@access.requires(Permission.EDIT_DEBTORS)
def subscription_act(slug: str, subscription_id: int, act: str) -> Answer:
    """Price it anew, pause it, resume it or end it."""
    attempt = forms.attempt(lambda: _act(subscription_id, act))
    if attempt.result is None:
        return _page(subscription_id, act, attempt), 400
    flash(attempt.result, "success")
    return _page_of(subscription_id)


def _act(subscription_id: int, act: str) -> str:
    typed, here = forms.typed(), (g.actor, g.workspace.id, subscription_id)
    now, seen = g.now, forms.seen_version()
    match act:
        case "price":
            cents, since = typed.needed_cents("amount"), typed.needed_day("since")
            subscriptions.reprice(*here, cents, since, now=now, seen=seen)
            return _("The new price holds for periods that begin from that day on.")
        case "pause":
            since = typed.needed_day("since")
            subscriptions.pause(*here, since, typed.text("reason"), now=now, seen=seen)
            return _("Paused: nothing is issued until it is resumed.")
        case "resume":
            subscriptions.resume(*here, now=now, seen=seen)
            return _("Resumed: the next period is charged again.")
        case "end":
            subscriptions.end(*here, typed.needed_day("ends_on"), now=now, seen=seen)
            return _("It ends on that day; what was issued stays owed.")
    raise NotFound("This page does not exist or is not yours to see")


def _terms(typed: forms.Typed) -> Terms:
    first_due = typed.needed_day("first_due")
    notice = typed.whole("notice_days")
    return Terms(
        typed.one_of("every", Every),
        typed.day("starts_on") or first_due,
        first_due,
        (Price(min(typed.day("starts_on") or first_due, first_due), typed.needed_cents("amount")),),
        typed.day("ends_on"),
        5 if notice is None else notice,
        typed.checked("prorated"),
    )


def _preview() -> list[tuple[Period, date]] | None:
    """The first periods of what the address describes; None before anything was said."""
    asked = forms.asked()
    if not asked.text("amount"):
        return None
    terms = _terms(asked)
    rules.check(terms, asked.text("description") or "", lists.today())
    return [(one, rules.issue_day(terms, one)) for one in rules.upcoming(terms, (), AHEAD)]


def _form(debtor_id: int, attempt: Attempt[Any]) -> str:
    today = lists.today()
    return render_template(
        "office/subscriptions/form.html",
        debtor=found(debtor_id),
        preview=attempt.result,
        typed=request.values,
        faults=forms.faults(attempt),
        labels=rules.LABELS,
        today=today,
        usual=_next_month(today),
    )


def _page(subscription_id: int, act: str = "", attempt: Attempt[str] | None = None) -> str:
    session, place, today = db.session(), g.workspace.id, lists.today()
    row = _row(subscription_id)
    (agreed,) = stored.agreed(session, place, [row])
    return render_template(
        "office/subscriptions/page.html",
        row=row,
        debtor=debtors.by_id(session, place, row.debtor_id),
        terms=agreed.terms,
        price_cents=rules.price(agreed.terms, today),
        coming=[
            (period, rules.issue_day(agreed.terms, period))
            for period in rules.upcoming(agreed.terms, agreed.done, AHEAD)
        ],
        charged=stored.charged(session, place, subscription_id),
        paused=stored.open_pause(session, place, subscription_id),
        labels=rules.LABELS,
        typed={one: {} for one in ACTS} | {act: request.form},
        was=_was(agreed.terms, act, attempt),
        faults=forms.faults(attempt) if attempt else {},
        today=today,
    )


def _was(terms: Terms, act: str, attempt: Attempt[str] | None) -> dict[str, dict[str, str]]:
    """What each form of the page says that it showed; the refused one what it showed at first."""
    shown = {one: {forms.VERSION: subscriptions.sighting(terms, one)} for one in ACTS}
    return shown | ({act: forms.still_seen(shown[act], attempt)} if act in shown else {})


def _row(subscription_id: int) -> Subscription:
    row = stored.by_id(db.session(), g.workspace.id, subscription_id)
    if row is None:
        raise NotFound("There is no such subscription")
    return row


def _page_of(subscription_id: int) -> Response:
    return redirect(
        url_for("office.subscription", slug=g.workspace.slug, subscription_id=subscription_id)
    )


def _number(name: str) -> int:
    given = forms.number(request.values.get(name, ""))
    if given is None:
        raise BadInput("Choose one of the options", field=name)
    return given


def _next_month(today: date) -> date:
    """The first day of the month after this one, the usual first due date."""
    return (today.replace(day=28) + timedelta(days=4)).replace(day=1)
