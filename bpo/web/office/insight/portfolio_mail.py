"""The portfolio by mail: the reader's day and hour, one now, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from bpo.domain.insight import report_schedule
from bpo.domain.people.access import Permission
from bpo.gateways import outside
from bpo.kernel import clock
from bpo.kernel.actor import Actor, Role
from bpo.models import PortfolioDelivery, PortfolioSchedule
from bpo.queries.insight import portfolio_mails
from bpo.services.insight import portfolio_deliveries, portfolio_schedules
from bpo.services.insight.portfolio_reports import USUAL_ZONE
from bpo.web import access, choices, forms
from bpo.web.office import blueprint

USUAL_HOUR = 8


@dataclass(frozen=True, slots=True)
class Told:
    """The mail of a reader as its card shows it; `slot` None while there is none to come.

    `mails`: the latest ones with their readers' names, everybody's for a BPO manager.
    """

    row: PortfolioSchedule | None
    slot: datetime | None
    local: datetime | None
    weekday: int
    hour: int
    weekdays: choices.Options
    hours: choices.Options
    mails: Sequence[tuple[PortfolioDelivery, str]]


def told(session: Session, actor: Actor, now: datetime) -> Told:
    """When the actor gets the portfolio, and what became of the latest ones."""
    user_id = actor.user_id or 0
    row = portfolio_mails.schedule(session, user_id)
    slot = None
    if row is not None and not row.paused:
        planned = portfolio_mails.upcoming(session, user_id)
        wanted = portfolio_schedules.rhythm(row.weekday, row.hour)
        slot = report_schedule.upcoming(wanted, planned.slot if planned else None, now)
    return Told(
        row=row,
        slot=slot,
        local=clock.local_time(slot, USUAL_ZONE) if slot else None,
        weekday=row.weekday if row else 0,
        hour=row.hour if row else USUAL_HOUR,
        weekdays=choices.weekdays(),
        hours=choices.hours(),
        mails=portfolio_mails.listed(session, None if actor.role is Role.ADMIN else user_id),
    )


@blueprint.post("/office/portfolio/mail")
@access.requires(Permission.SEE_PORTFOLIO)
def portfolio_mail_choose() -> Response:
    """Get the portfolio each week on a day and hour."""
    typed = forms.typed()
    hour, weekday = typed.whole("hour"), typed.whole("weekday")
    attempt = forms.attempt(
        lambda: portfolio_schedules.choose(
            g.actor,
            -1 if weekday is None else weekday,
            -1 if hour is None else hour,
            now=g.now,
        )
    )
    refused = next(iter(forms.faults(attempt).values()), "")
    flash(refused or _("Saved."), "error" if refused else "success")
    return _back()


@blueprint.post("/office/portfolio/mail/stop")
@access.requires(Permission.SEE_PORTFOLIO)
def portfolio_mail_stop() -> Response:
    """Get it no longer."""
    portfolio_schedules.stop(g.actor, now=g.now)
    flash(_("Stopped: you no longer get it by mail."), "success")
    return _back()


@blueprint.post("/office/portfolio/mail/now")
@access.requires(Permission.SEE_PORTFOLIO)
def portfolio_mail_now() -> Response:
    """Get one now."""
    portfolio_deliveries.request(g.actor, now=g.now, queue=outside.current().queue)
    flash(_("It is on its way to your address."), "success")
    return _back()


@blueprint.post("/office/portfolio/mail/<int:delivery_id>/again")
@access.requires(Permission.SEE_PORTFOLIO)
def portfolio_mail_again(delivery_id: int) -> Response:
    """Try one again that did not arrive."""
    attempt = forms.attempt(
        lambda: portfolio_deliveries.resend(
            g.actor, delivery_id, now=g.now, queue=outside.current().queue
        )
    )
    refused = forms.faults(attempt).get("")
    flash(refused or _("It is tried again now."), "error" if refused else "success")
    return _back()


@blueprint.post("/office/portfolio/mail/<int:delivery_id>/arrived")
@access.requires(Permission.SEE_PORTFOLIO)
def portfolio_mail_arrived(delivery_id: int) -> Response:
    """A person knows that one without an answer arrived."""
    attempt = forms.attempt(lambda: portfolio_deliveries.confirm(g.actor, delivery_id, now=g.now))
    refused = forms.faults(attempt).get("")
    flash(refused or _("Noted: it arrived."), "error" if refused else "success")
    return _back()


def _back() -> Response:
    return redirect(url_for("office.portfolio") + "#by-mail")
