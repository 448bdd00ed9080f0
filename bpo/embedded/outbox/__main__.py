"""`python -m bpo.embedded.outbox SMTP-PORT`: catch mail there, show it on BPO_OUTBOX_PORT."""

import asyncio
import signal
import sys
import threading

from werkzeug.serving import make_server

from bpo.embedded.outbox import catcher, page, smtp
from bpo.embedded.outbox.mailbox import Mailbox
from config import logging, settings


async def serve(kept: Mailbox, smtp_port: int, page_port: int) -> None:
    """Catch and show until a signal says stop."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    pages = make_server(catcher.HOST, page_port, page.create_app(kept), threaded=True)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    server = await smtp.listen(kept.keep, catcher.HOST, smtp_port)
    await stopped.wait()
    server.close()
    pages.shutdown()


def main() -> None:
    found = settings.load()
    logging.configure(found)
    kept = Mailbox(catcher.folder(found.data_dir))
    asyncio.run(serve(kept, int(sys.argv[1]), found.outbox_port))


if __name__ == "__main__":
    main()
