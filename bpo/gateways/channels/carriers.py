"""The small interface that every channel of short messages is behind: one message, one outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bpo.domain.desk.handovers import Ending, Handover


@dataclass(frozen=True, slots=True)
class Parcel:
    """One prepared message for one recipient.

    `reference` is our own name for the contact and comes back in receipts. `template`, `locale`
    and `values` are for providers that hold the words themselves (approved templates).
    """

    reference: str
    recipient: str
    text: str
    template: str = ""
    locale: str = "pt_BR"
    values: Mapping[str, str] = field(default_factory=dict)


class Carrier(Protocol):
    """Delivers prepared messages of one channel, one at a time."""

    def send(self, parcel: Parcel) -> Handover:
        """Hand over one message; every refusal and every broken line is an outcome."""

    def close(self) -> None:
        """Let go of the line; the next message opens it again."""


@dataclass
class MemoryCarrier:
    """Keeps what it is given, for tests. `endings` arranges outcomes by recipient."""

    endings: dict[str, Handover] = field(default_factory=dict)
    sent: list[Parcel] = field(default_factory=list)

    def send(self, parcel: Parcel) -> Handover:
        """Keep the message, unless another outcome is arranged for the recipient."""
        usual = Handover(Ending.ACCEPTED, "kept", f"memory-{parcel.reference}")
        handover = self.endings.get(parcel.recipient, usual)
        if handover.ending in (Ending.ACCEPTED, Ending.UNCERTAIN):
            self.sent.append(parcel)
        return handover

    def close(self) -> None:
        """Nothing to close."""
