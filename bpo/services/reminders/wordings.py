"""Which words a message is written with: the company's own where it has some, else ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.orm import Session

from bpo.domain.reminders.steps import Channel
from bpo.domain.writing.messages import Text
from bpo.gateways import templates
from bpo.models import MessageText, Workspace
from bpo.queries.writing import message_texts

Place = tuple[str, str, str]
"""A text's key, channel and language."""


class Wording(NamedTuple):
    """A text with the name that a message keeps of it: `notice@pt_BR`, with `#3` for version 3 of
    the company's own."""

    text: Text
    name: str
    locale: str


@dataclass(frozen=True, slots=True)
class Wordings:
    """The company's own texts by place, read once for a batch. `locale`: its own language."""

    own: Mapping[Place, tuple[Text, int]] = field(default_factory=dict)
    locale: str = ""

    def of(self, key: str, channel: Channel, locale: str) -> Wording:
        """The words for a reader: the company's, else the product's; those in the company's own
        language where there are none in the reader's. Raises NotFound."""
        for tongue in (locale, self.locale):
            found = self.own.get((key, channel.value, tongue))
            if found is not None:
                return Wording(found[0], f"{key}@{tongue}#{found[1]}", tongue)
            if templates.has(key, channel, tongue):
                break
        else:
            tongue = locale
        return Wording(templates.load(key, channel, tongue), f"{key}@{tongue}", tongue)

    def has(self, key: str, channel: Channel, locale: str) -> bool:
        """Whether there are words for a key in a channel, in this language or the company's."""
        return any(
            (key, channel.value, tongue) in self.own or templates.has(key, channel, tongue)
            for tongue in (locale, self.locale)
            if tongue
        )

    def with_own(self, place: Place, text: Text, version: int) -> "Wordings":
        """The same with other words in one place, for a preview of what is not saved yet."""
        return Wordings({**self.own, place: (text, version)}, self.locale)


def in_force(session: Session, workspace: Workspace) -> Wordings:
    """The words of a company as they are now, in one query."""
    rows = message_texts.in_force(session, workspace.id)
    own = {
        (row.key, row.channel, row.locale): (text_of(row), row.version)
        for row in rows
        if not row.is_standard
    }
    return Wordings(own, workspace.locale)


def text_of(row: MessageText) -> Text:
    """The text that a version holds."""
    return Text(row.body, row.subject, row.preview, row.title)
