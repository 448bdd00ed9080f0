"""A bank that lives in memory, for trying out and for tests."""

from dataclasses import dataclass, field, replace

from bpo.gateways.pix import charges
from bpo.gateways.pix.charges import Charge, Issued, Status
from bpo.kernel.errors import Conflict, NotFound


@dataclass(slots=True)
class MemoryCharges:
    """Holds charges as a bank would."""

    held: dict[str, Issued] = field(default_factory=dict)

    def issue(self, charge: Charge) -> Issued:
        """Create a charge, or find the one that exists."""
        charges.body(charge)
        found = self.held.get(charge.txid)
        if found and found.status is not Status.ACTIVE:
            raise Conflict("The bank refused the Pix charge: {answer}", answer=found.status.value)
        location = f"pix.example.com/v2/cobv/{charge.txid}"
        self.held[charge.txid] = Issued(
            charge.txid, Status.ACTIVE, charge.cents, location, location
        )
        return self.held[charge.txid]

    def read(self, txid: str) -> Issued:
        """A charge as it is now."""
        if txid not in self.held:
            raise NotFound("The bank does not know this Pix charge")
        return self.held[txid]

    def cancel(self, txid: str) -> Issued:
        """Take a charge back."""
        if self.read(txid).status is not Status.ACTIVE:
            raise Conflict(
                "The bank refused the Pix charge: {answer}", answer=self.held[txid].status
            )
        self.held[txid] = replace(self.held[txid], status=Status.CANCELLED)
        return self.held[txid]
