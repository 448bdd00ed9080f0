"""The mail catcher inside another process, for commands that send while nothing else runs."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bpo.embedded.outbox import smtp
from bpo.embedded.outbox.mailbox import Mailbox

HOST = "127.0.0.1"


def folder(data_dir: Path) -> Path:
    """Where the mail caught for a data folder is kept."""
    return data_dir / "outbox"


@contextmanager
def catching(deliver: smtp.Deliver) -> Iterator[str]:
    """Within it, whatever is sent to the yielded SMTP address goes to `deliver`."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(smtp.listen(deliver, HOST, 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"smtp://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


@contextmanager
def keeping(data_dir: Path) -> Iterator[str]:
    """Within it, mail sent to the yielded address is kept in the data folder."""
    with catching(Mailbox(folder(data_dir)).keep) as url:
        yield url
