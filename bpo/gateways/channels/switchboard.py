"""Which carrier takes a message of a client company: its own provider's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpo.domain.reminders.channels import Stored
from bpo.gateways.channels import registry
from bpo.gateways.channels.callbacks import Account
from bpo.gateways.channels.carriers import Carrier
from bpo.gateways.channels.line import TIMEOUT_SECONDS
from bpo.gateways.signing import Signer
from bpo.kernel.errors import Conflict

CALLBACK = "callback"
"""The purpose of the token in the address that providers report to."""

_TO_CATCHER = '{"to": "{to}", "text": "{text}", "reference": "{reference}"}'


@dataclass(slots=True)
class Switchboard:
    """Carriers by client company and channel, each opened when first needed.

    `secrets`: values by name, from the environment. `local_url`: the catcher of this machine; None
    in earnest installations.
    """

    signer: Signer
    base_url: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    local_url: str | None = None
    timeout: float = TIMEOUT_SECONDS
    _open: dict[tuple[int, str], Carrier] = field(default_factory=dict)

    def carrier(self, stored: Stored) -> Carrier:
        """What carries a company's messages of a channel. Raises Conflict when nothing can."""
        key = (stored.workspace_id, stored.channel)
        if key not in self._open:
            self._open[key] = self._made(stored)
        return self._open[key]

    def close(self) -> None:
        """Hang up everywhere."""
        for carrier in self._open.values():
            carrier.close()
        self._open.clear()

    def account(self, stored: Stored) -> Account:
        """The settings with their secrets put in place."""
        secrets = {name: self.secrets.get(key, "") for name, key in stored.secrets.items()}
        return Account(
            self._options(stored), secrets, self.callback_url(stored.workspace_id, stored.channel)
        )

    def callback_url(self, workspace_id: int, channel: str) -> str:
        """Where a provider reports to: the signed token names company and channel."""
        token = self.signer.token(workspace_id, f"{CALLBACK}.{channel}")
        return f"{self.base_url}/hooks/channels/{channel}/{token}"

    def workspace_of(self, token: str, channel: str) -> int | None:
        """The company that an address was made for; None when it was not made here."""
        return self.signer.link_id(token, f"{CALLBACK}.{channel}")

    def _made(self, stored: Stored) -> Carrier:
        found = registry.provider(stored.provider, stored.channel)
        return found.carrier(self.account(stored), stored.channel, timeout=self.timeout)

    def _options(self, stored: Stored) -> dict[str, str]:
        """The catcher's address is the machine's own, not the company's choice."""
        if stored.provider == registry.CATCHER:
            if self.local_url is None:
                raise Conflict("The catcher of this machine is not running: set up a provider")
            return {
                "url": f"{self.local_url}/{stored.channel}",
                "body": _TO_CATCHER,
                "id_path": "id",
            }
        return {name: str(value) for name, value in stored.options.items()}
