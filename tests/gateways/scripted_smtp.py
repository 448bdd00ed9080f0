"""A mail server that says what a test tells it to say, and remembers what it was told."""

import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

CLOSE = "close the line without a word"
SILENCE = "never answer"

Script = Callable[[str, int], str | None]
"""Given a command (`MAIL`, `RCPT`, `DATA`, `.`, …) and its count from 1: an answer, CLOSE, SILENCE
or None for the usual answer."""


@dataclass
class ScriptedServer:
    """Its log and its messages; `script` decides the answers, `offers` what EHLO names."""

    script: Script = lambda command, count: None
    offers: tuple[str, ...] = ("8BITMIME",)
    commands: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    connections: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> "ScriptedServer":
        world = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                world.connections += 1
                world.converse(self.rfile, self.wfile)

        class Threaded(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._silence = threading.Event()
        self._server = Threaded(("127.0.0.1", 0), Conversation)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._silence.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def converse(self, rfile, wfile) -> None:
        if not self._answer(wfile, "greeting", "220 here"):
            return
        while line := rfile.readline():
            text = line.decode("ascii", "replace").rstrip()
            self.commands.append(text)
            verb = text.split(" ")[0].upper()
            usual = {"DATA": "354 go on", "QUIT": "221 bye", "EHLO": self._greeting()}
            answered = self._answer(wfile, verb, usual.get(verb, "250 fine"))
            if not answered or verb == "QUIT":
                return
            if verb == "DATA" and answered.startswith("354") and not self._content(rfile, wfile):
                return

    def _content(self, rfile, wfile) -> bool:
        lines: list[bytes] = []
        while (line := rfile.readline()) != b".\r\n":
            if not line:  # the line broke before the end: that is no message
                return False
            lines.append(line.removeprefix(b"."))
        answer = self._decided(".", "250 taken")
        if answer.startswith("250"):  # kept before it is told: who waits looks at once
            self.messages.append(b"".join(lines))
        return bool(self._said(wfile, answer))

    def _greeting(self) -> str:
        *most, last = ("here", *self.offers)
        return "".join(f"250-{line}\r\n" for line in most) + f"250 {last}"

    def _answer(self, wfile, verb: str, usual: str) -> str | None:
        return self._said(wfile, self._decided(verb, usual))

    def _decided(self, verb: str, usual: str) -> str:
        self.counts[verb] = self.counts.get(verb, 0) + 1
        return self.script(verb, self.counts[verb]) or usual

    def _said(self, wfile, answer: str) -> str | None:
        if answer == SILENCE:
            self._silence.wait(10)
        if answer in {CLOSE, SILENCE}:
            return None
        wfile.write(answer.encode() + b"\r\n")
        return answer
