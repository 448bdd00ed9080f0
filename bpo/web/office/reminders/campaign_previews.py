"""The text of a step as a real debtor of the company would get it."""

from flask import Response, g, render_template, request

from bpo.db import db
from bpo.domain.desk.guides import Reader
from bpo.domain.people.access import Permission
from bpo.domain.reminders.steps import BY_PERSON, Channel, Step
from bpo.gateways import outside
from bpo.kernel.errors import NotFound
from bpo.models import Debtor
from bpo.queries.people import debtors
from bpo.queries.writing import remarks, samples
from bpo.services.desk import guides
from bpo.services.reminders import wordings
from bpo.services.reminders.letters import Desk
from bpo.services.writing import previews
from bpo.services.writing.previews import Preview
from bpo.web import access
from bpo.web.office import blueprint
from bpo.web.office.reminders import campaigns, text_words
from bpo.web.office.reminders.touches import CHANNELS, framed


@blueprint.get("/w/<slug>/campaigns/<int:campaign_id>/steps/<key>")
@access.requires(Permission.SEE_WORKSPACE)
def campaign_preview(slug: str, campaign_id: int, key: str) -> str:
    """One step: its message by each channel, read with the eyes of a chosen debtor."""
    found = campaigns.campaign(campaign_id)
    step = campaigns.step_of(found, key)
    people = _readers(step)
    debtor, channel = _reader(people), _channel(step)
    shown = _preview(debtor, step, channel) if debtor and channel else None
    return render_template(
        "office/campaigns/preview.html",
        **campaigns.frame(found),
        step=step,
        text_name=text_words.name,
        spoken=_spoken(step),
        channel=channel,
        people=people,
        debtor=debtor,
        preview=shown,
        guides=guides.beside(db.session(), g.workspace, step.template, Reader.TEAM),
        remarks=remarks.about(db.session(), g.workspace.id, "step", key, campaign_id),
        channels=CHANNELS,
        tones=campaigns.TONES,
        exceptions=campaigns.exceptions(step),
        available=campaigns.usable(),
    )


@blueprint.get("/w/<slug>/campaigns/<int:campaign_id>/steps/<key>/message")
@access.requires(Permission.SEE_WORKSPACE)
def campaign_preview_message(slug: str, campaign_id: int, key: str) -> Response:
    """The mail itself, for the frame of its page."""
    step = campaigns.step_of(campaigns.campaign(campaign_id), key)
    debtor = _reader(_readers(step))
    if debtor is None or Channel.EMAIL not in _spoken(step):
        raise NotFound("This message has not been written")
    return framed(_preview(debtor, step, Channel.EMAIL).mail.html)


def _preview(debtor: Debtor, step: Step, channel: Channel) -> Preview:
    here = outside.current()
    desk = Desk(here.signer, here.settings.base_url, here.settings.mail_sender)
    return previews.preview(db.session(), g.workspace, debtor, step, channel, desk=desk, now=g.now)


def _spoken(step: Step) -> list[Channel]:
    """The channels for which the step has words, those of the first choice first."""
    locale, words = g.workspace.locale, wordings.in_force(db.session(), g.workspace)
    wanted = dict.fromkeys((*step.channels, *step.otherwise))
    return [
        channel
        for channel in wanted
        if channel not in BY_PERSON and words.has(step.template, channel, locale)
    ]


def _channel(step: Step) -> Channel | None:
    """The channel of the address, else the first that is set up here."""
    available = campaigns.usable()
    spoken = sorted(_spoken(step), key=lambda one: one not in available)
    asked = request.args.get("channel", "")
    return next((one for one in spoken if one == asked), spoken[0] if spoken else None)


def _readers(step: Step) -> list[Debtor]:
    """Some debtors to whom the step could speak, and the one of the address."""
    session, place = db.session(), g.workspace.id
    people = list(samples.readers(session, place, step.moment, campaigns.today()))
    asked = request.args.get("debtor", type=int)
    if asked and all(one.id != asked for one in people):
        chosen = debtors.by_id(session, place, asked)
        people = [chosen, *people] if chosen else people
    return people


def _reader(people: list[Debtor]) -> Debtor | None:
    asked = request.args.get("debtor", type=int)
    return next((one for one in people if one.id == asked), people[0] if people else None)
