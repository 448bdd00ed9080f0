"""A worker's process for the chaos tests: sends what is due until nothing is left, or it is killed.

Usage: python -m tests.chaos.sender DATABASE_URL SMTP_URL WORKSPACE_ID INSTANT
"""

import sys
from datetime import datetime
from pathlib import Path

from bpo.app import create_app
from bpo.gateways.mail import Smtp
from bpo.gateways.queue import MemoryQueue
from bpo.gateways.signing import Signer
from bpo.kernel import actor as actors
from bpo.services.reminders import deliveries
from bpo.services.reminders.letters import Desk
from config.settings import Environment, Settings


def main() -> None:
    database_url, smtp_url, workspace_id, instant = sys.argv[1:]
    settings = Settings(
        environment=Environment.TEST,
        data_dir=Path("/nonexistent"),
        secret_key="a secret that only the tests know, long enough",
        base_url="http://localhost",
        database_url=database_url,
    )
    now = datetime.fromisoformat(instant)
    with create_app(settings, queue=MemoryQueue()).app_context():
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        deliveries.send(
            actors.system([int(workspace_id)], name="chaos"),
            int(workspace_id),
            desk=Desk(Signer("x" * 40), "http://localhost", "cobranca@example.test"),
            mail=Smtp(smtp_url),
            queue=MemoryQueue(),
            clock=lambda: now,
        )


if __name__ == "__main__":
    main()
