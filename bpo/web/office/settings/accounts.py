"""The bank accounts of a client company: what each has told, how fresh it is, and their upkeep."""

from typing import Any

from flask import g, request
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.cash.bank_accounts import Details
from bpo.domain.people import access as roles
from bpo.domain.people.access import Permission
from bpo.kernel.errors import NotFound
from bpo.models import BankAccount
from bpo.queries.cash import bank_accounts as stored
from bpo.services.cash import bank_accounts
from bpo.web import access, forms
from bpo.web.forms import Attempt, Typed
from bpo.web.office import blueprint
from bpo.web.office.settings import Answer, back, page

HERE = "office.settings_accounts"


@blueprint.get("/w/<slug>/settings/accounts")
@access.requires(Permission.SEE_WORKSPACE)
def settings_accounts(slug: str) -> Answer:
    """Every account with its statements, its day and what waits of it."""
    return _page()


@blueprint.post("/w/<slug>/settings/accounts")
@access.requires(Permission.RECORD_PAYMENT)
def settings_account_open(slug: str) -> Answer:
    """Open an account before its first statement."""
    attempt = forms.attempt(
        lambda: bank_accounts.open_one(g.actor, g.workspace.id, _typed(), now=g.now)
    )
    if attempt.result is None:
        return _page(faults=forms.faults(attempt)), 400
    return back(HERE, _("Opened. Payments count as known once its first statement is here."))


@blueprint.get("/w/<slug>/settings/accounts/<int:account_id>")
@access.requires(Permission.RECORD_PAYMENT)
def settings_account(slug: str, account_id: int) -> Answer:
    """Correct what is said of one account."""
    return _one(account_id)


@blueprint.post("/w/<slug>/settings/accounts/<int:account_id>")
@access.requires(Permission.RECORD_PAYMENT)
def settings_account_edit(slug: str, account_id: int) -> Answer:
    """Keep the correction."""
    shown = forms.seen()
    was = _read(shown) if shown else None
    attempt = forms.attempt(
        lambda: bank_accounts.edit(
            g.actor, g.workspace.id, account_id, _typed(), now=g.now, seen=was
        )
    )
    if attempt.result is None:
        return _one(account_id, attempt), 400
    return back(HERE, _("Saved"))


@blueprint.post("/w/<slug>/settings/accounts/<int:account_id>/<any(close, reopen):act>")
@access.requires(Permission.RECORD_PAYMENT)
def settings_account_act(slug: str, account_id: int, act: str) -> Answer:
    """Close an account, or wait for its statements again."""
    done = {"close": bank_accounts.close, "reopen": bank_accounts.reopen}[act]
    attempt = forms.attempt(lambda: done(g.actor, g.workspace.id, account_id, now=g.now))
    closed = _("Closed. Its statements bring nothing any more; what it told stays.")
    return back(HERE, closed if act == "close" else _("Open again"), attempt)


def _typed() -> Details:
    typed = forms.typed()
    typed.needed("bank")
    typed.needed("number")
    return _read(typed)


def _read(typed: Typed) -> Details:
    return Details(*(typed.text(name) or "" for name in ("name", "bank", "branch", "number")))


def _page(**context: Any) -> str:
    accounts = stored.fresh(db.session(), [g.workspace], g.now, closed=True)
    return page(
        "accounts",
        HERE,
        accounts=sorted(accounts, key=lambda one: one.account.closed_at is not None),
        told=stored.told(db.session(), g.workspace.id),
        nothing=stored.Told(),
        typed=request.form,
        editable=roles.may(g.actor, Permission.RECORD_PAYMENT),
        **context,
    )


def _one(account_id: int, attempt: Attempt[BankAccount] | None = None) -> str:
    row = db.session().get(BankAccount, (g.workspace.id, account_id))
    if row is None:
        raise NotFound("There is no such account")
    now = _said(row)
    return page(
        "account",
        HERE,
        account=row,
        typed=request.form or now,
        was=forms.still_seen(now, attempt),
        editable=True,
        faults=forms.faults(attempt) if attempt else {},
    )


def _said(row: BankAccount) -> dict[str, str]:
    code = row.bank.zfill(3) if row.bank.isdecimal() else row.bank
    return {"name": row.name, "bank": code, "branch": row.branch, "number": row.number}
