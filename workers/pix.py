"""The job of Pix charges: keeping those that a company's bank holds in step with its titles."""

from datetime import UTC, datetime

from bpo.gateways import outside
from bpo.kernel import actor
from bpo.services.cash import pix_charges


def keep_pix_charges(workspace_id: int) -> None:
    """Ask the bank of a company for charges that are wanted, and look after those it holds."""
    pix_charges.keep(
        actor.system([workspace_id], name="Pix"),
        workspace_id,
        banks=outside.current().banks,
        now=datetime.now(UTC),
    )
