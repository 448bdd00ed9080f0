"""The bank of a client company, as its settings describe it."""

from collections.abc import Callable, Mapping
from time import monotonic

from bpo.domain.reminders.channels import Stored
from bpo.gateways.pix.charges import Charges
from bpo.gateways.pix.http import Account, HttpCharges
from bpo.kernel.errors import Unavailable

Opened = Callable[[Stored], Charges]
"""Finds the bank that settings describe."""

CLIENT_SECRET, CERTIFICATE = "client_secret", "certificate"


def opener(secrets: Mapping[str, str]) -> Opened:
    """Opens banks with secrets by name, from the environment."""

    def opened(stored: Stored) -> Charges:
        values = {name: secrets.get(key, "") for name, key in stored.secrets.items()}
        if not values.get(CLIENT_SECRET):
            raise Unavailable("The secret of the bank's Pix is not in the program's environment")
        options = {name: str(value) for name, value in stored.options.items()}
        account = Account(
            options.get("base_url", "").rstrip("/"),
            options.get("token_url", ""),
            options.get("client_id", ""),
            values[CLIENT_SECRET],
            values.get(CERTIFICATE) or None,
        )
        return HttpCharges(account, monotonic)

    return opened
