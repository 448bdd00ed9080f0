"""The portfolio report of the BPO manager, drawn: one row a client, what deserves a look first."""

from typing import Any

from bpo.analytics.clients import ClientRow, PortfolioFigures
from bpo.gateways import pdf, reports, wording
from bpo.gateways.reports import Links, MailWords, Rendered
from bpo.gateways.weekly import overview
from bpo.gateways.weekly.overview import KeyFigure
from bpo.gateways.weekly.voice import Voice
from bpo.kernel import colours, text

_ACCENT = "slate"
_NAME = 118
_LOOKS = 8


def document(figures: PortfolioFigures, bpo_name: str, locale: str) -> bytes:
    """The portfolio on A4 across; the same figures give the same bytes."""
    told = page(figures, bpo_name, locale)
    return reports.drawn("reports/portfolio.html", told, locale, figures.as_of, 1)


def file_name(figures: PortfolioFigures, bpo_name: str, locale: str) -> str:
    """The document's name: what it is, its day, whose it is (`carteira-2026-11-28-aurora.pdf`)."""
    what = text.slug(wording.gettext("Portfolio", locale))
    return f"{what}-{figures.as_of}-{text.slug(bpo_name)}.pdf"


def page(figures: PortfolioFigures, bpo_name: str, locale: str) -> dict[str, Any]:
    """What the template needs."""
    voice = Voice(locale, figures.totals.currency)
    position = voice.say("Position on {as_of}", as_of=figures.as_of)
    title = voice.say("Portfolio of {bpo}", bpo=bpo_name)
    return {
        "title": title,
        "name": pdf.fitted(bpo_name, width=360, size=12.5, family="InterDisplay"),
        "accent": colours.hexadecimal(_ACCENT),
        "author": bpo_name,
        "creditor": bpo_name,
        "period": voice.say("Portfolio report"),
        "position": position,
        "prepared": position,
        "headline": _headline(figures, voice),
        "second_headline": _alerts(figures, voice),
        "rows": [_row(row, Voice(locale, row.currency)) for row in figures.rows],
        "totals": _totals(figures, voice),
    }


def _headline(figures: PortfolioFigures, voice: Voice) -> str:
    totals = figures.totals
    if not figures.rows:
        return voice.say("No client in reach.")
    clients = voice.count("%(num)s client", "%(num)s clients", len(figures.rows))
    return voice.say(
        "{clients}: {received_cents} came in this week, {overdue_cents} is overdue.",
        clients=clients,
        received_cents=totals.received_cents,
        overdue_cents=totals.overdue_cents,
    )


def _alerts(figures: PortfolioFigures, voice: Voice) -> str:
    if not figures.rows:
        return ""
    if not figures.with_alerts:
        return voice.say("None of them asks for a look.")
    return voice.count(
        "%(num)s of them asks for a look.", "%(num)s of them ask for a look.", figures.with_alerts
    )


def _row(row: ClientRow, voice: Voice) -> dict[str, Any]:
    change = row.overdue_change_cents
    return {
        "name": pdf.fitted(row.name, width=_NAME, size=8),
        "colour": colours.hexadecimal(row.colour),
        "open": voice.money(row.open_cents),
        "overdue": voice.money(row.overdue_cents),
        "share": voice.percent(row.overdue_pct),
        "change": f"{'▲' if change > 0 else '▼'} {voice.short(abs(change))}" if change else "–",
        "tone": overview.tone(-change),
        "over_90": voice.money(row.over_90_cents),
        "dso": voice.number(row.dso),
        "received": voice.money(row.received_cents),
        "kept": voice.percent(row.kept_pct),
        "known": wording.day_short(row.known_until, voice.locale) if row.known_until else "–",
        "stale": row.stale,
        "waiting": voice.number(row.waiting),
        "report": voice.phrase(row.report) if row.report else "–",
        "alerts": " · ".join(voice.phrase(alert) for alert in row.alerts),
    }


def _totals(figures: PortfolioFigures, voice: Voice) -> dict[str, str]:
    totals = figures.totals
    change = totals.overdue_change_cents
    return {
        "open": voice.money(totals.open_cents),
        "overdue": voice.money(totals.overdue_cents),
        "share": voice.percent(totals.overdue_pct),
        "change": f"{'▲' if change > 0 else '▼'} {voice.short(abs(change))}" if change else "–",
        "over_90": voice.money(totals.over_90_cents),
        "received": voice.money(totals.received_cents),
    }


def mail(figures: PortfolioFigures, bpo_name: str, locale: str, base_url: str) -> Rendered:
    """The mail that carries the portfolio: three figures, and the clients that ask for a look."""
    voice = Voice(locale, figures.totals.currency)
    frame = page(figures, bpo_name, locale)
    return reports.mailed(
        {
            "subject": voice.say("Portfolio on {as_of}", as_of=figures.as_of),
            "identity": reports.Identity(bpo_name, bpo_name, None, _ACCENT, bpo_name),
            "headline": frame["headline"],
            "second_headline": frame["second_headline"],
            "key_figures": key_figures(figures, voice),
            "decisions": _to_look_at(figures, locale),
            "more_decisions": 0,
            **{name: frame[name] for name in ("accent", "position", "prepared", "creditor")},
        },
        locale,
        Links(f"{base_url}/office/portfolio", f"{base_url}/office/portfolio#by-mail"),
        MailWords(
            decisions=voice.say("Who asks for a look"),
            button=voice.say("Open the portfolio"),
            preferences=voice.say("Choose when you receive this mail"),
        ),
    )


def key_figures(figures: PortfolioFigures, voice: Voice) -> tuple[KeyFigure, ...]:
    """The three figures that matter to a manager, of the commonest currency."""
    totals, change = figures.totals, figures.totals.overdue_change_cents
    moved = voice.say("as at the end of last week")
    if change:
        grown = "{sum_cents} more in the week" if change > 0 else "{sum_cents} less in the week"
        moved = voice.say(grown, sum_cents=abs(change))
    old = voice.say("{old_cents} for more than 90 days", old_cents=totals.over_90_cents)
    received = voice.money(totals.received_cents)
    clients = voice.count("%(num)s client", "%(num)s clients", totals.clients)
    return (
        KeyFigure(voice.say("Received in the week"), received, "", "muted", clients),
        KeyFigure(
            voice.say("Overdue"),
            voice.money(totals.overdue_cents),
            moved,
            overview.tone(-change),
            old,
        ),
        KeyFigure(
            voice.say("Open"),
            voice.money(totals.open_cents),
            "",
            "muted",
            voice.say("{share_pct} of it overdue", share_pct=totals.overdue_pct or 0.0),
        ),
    )


def _to_look_at(figures: PortfolioFigures, locale: str) -> list[dict[str, str]]:
    """The clients with alerts, as many as a mail is read for."""
    rows = [row for row in figures.rows if row.alerts][:_LOOKS]
    told = []
    for row in rows:
        voice = Voice(locale, row.currency)
        overdue = voice.say("{overdue_cents} overdue", overdue_cents=row.overdue_cents)
        alerts = " · ".join(voice.phrase(alert) for alert in row.alerts)
        told.append({"who": row.name, "amount": overdue, "question": alerts})
    return told
