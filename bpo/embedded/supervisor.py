"""Everything the program consists of, run together on one machine until told to stop."""

import http.client
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType

from bpo.embedded import children, processes
from bpo.embedded.children import Child, Part
from bpo.embedded.claim import Claim
from bpo.embedded.servers import Servers
from bpo.kernel.errors import Refusal, Unavailable
from config import settings as configuration
from config.settings import Settings

LOOK_SECONDS = 0.5
READY_SECONDS = 90.0
LEFTOVER_SECONDS = 10.0
HOPELESS_DEATHS = 4
"""A part that dies this often before the program was ever ready will not get better."""

Say = Callable[[str], None]


def parts(smtp_port: int | None) -> list[Part]:
    """The processes of the program; with a port, the mail catcher among them."""
    found = [
        Part("web", ("-m", "gunicorn", "-c", "python:config.gunicorn", "wsgi:app"), 15),
        Part("workers", ("-m", "workers", "work"), 45),
        Part("clock", ("-m", "workers", "clock"), 10),
    ]
    if smtp_port is None:
        return found
    return [Part("outbox", ("-m", "bpo.embedded.outbox", str(smtp_port)), 5), *found]


class Supervisor:
    """Starts the parts, watches them and the servers, stops all of them in order."""

    def __init__(self, settings: Settings, servers: Servers, claim: Claim, say: Say) -> None:
        self._settings = settings
        self._servers = servers
        self._claim = claim
        self._say = say
        self._children: list[Child] = []

    def start(self, wanted: Sequence[Part]) -> None:
        """Start the parts and return when the web answers; Unavailable when it does not."""
        environ = configuration.child_environ(self._settings)
        for part in wanted:
            self._children.append(Child(part, environ, self._settings.data_dir))
            self._children[-1].start()
        self._note()
        self._await_web()

    def watch(self) -> None:
        """Keep everything running, for ever."""
        while True:
            self._look()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Let requests and jobs under way finish; a second signal does not wait for them."""
        _on_signals(self._hurry)
        outbox = [child for child in self._children if child.part.name == "outbox"]
        others = [child for child in self._children if child not in outbox]
        for group in (others, outbox):
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.await_end()

    def _look(self) -> None:
        for child in self._children:
            cause = child.look_after()
            if cause:
                self._say(f"{child.part.name} ended ({cause}) and is started again: {child.log}")
        self._note()
        if not self._servers.alive():
            self._say("A server ended and is started again")
            with suppress(Refusal):
                self._servers.start()

    def _note(self) -> None:
        self._claim.note(
            base_url=self._settings.base_url,
            smtp_url=self._settings.smtp_url or "",
            children=[child.identity for child in self._children if child.identity],
        )

    def _await_web(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(self._settings):
            hopeless = [child for child in self._children if child.deaths >= HOPELESS_DEATHS]
            if hopeless or time.monotonic() > deadline:
                failed = hopeless[0] if hopeless else self._children[0]
                raise Unavailable(
                    "{part} does not start: {reason} (see {log})",
                    part=failed.part.name,
                    reason=processes.last_line(failed.log),
                    log=failed.log,
                )
            self._look()
            time.sleep(LOOK_SECONDS / 5)

    def _hurry(self, number: int, frame: FrameType | None) -> None:
        for child in self._children:
            child.kill()


def end_leftovers(claim: Claim) -> None:
    """End what an earlier, killed supervisor left running."""
    for identity in claim.leftovers:
        children.end_leftover((identity[0], identity[1]), LEFTOVER_SECONDS)


def interrupt_on_signals() -> None:
    """Let SIGTERM and a closed terminal end the program as Ctrl-C does."""
    _on_signals(_interrupt)


def answers(settings: Settings) -> bool:
    """Whether the web answers on its port."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host
    connection = http.client.HTTPConnection(host, settings.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _on_signals(handler: Callable[[int, FrameType | None], object]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
