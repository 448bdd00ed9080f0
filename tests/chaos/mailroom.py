"""A mail server with bad days: it refuses, puts off, and hangs up before and after the content."""

import socket
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random

_PAUSE_SECONDS = 0.02
_GOODBYE = "421 closing"


@dataclass
class Mailroom:
    """What it took, by recipient: the monotonic seconds of each message it holds.

    `unanswered`: recipients whose message it took and then hung up without a word. `shares`: how
    often something goes wrong at a stage, in per mille.
    """

    dice: Random
    taken: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    unanswered: set[str] = field(default_factory=set)
    troubles: Counter[str] = field(default_factory=Counter)
    kind: bool = False
    """From now on nothing goes wrong."""

    def __enter__(self) -> "Mailroom":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(line,), daemon=True).start()

    def _converse(self, line: socket.socket) -> None:
        with line, line.makefile("rb") as reader:
            try:
                self._say(line, "220 mailroom")
                recipient = ""
                while command := reader.readline():
                    verb = command[:4].upper()
                    if verb == b"RCPT":
                        recipient = command.partition(b"<")[2].partition(b">")[0].decode()
                    if not self._answer(line, reader, verb, recipient):
                        return
            except OSError:
                return

    def _answer(self, line, reader, verb: bytes, recipient: str) -> bool:
        if verb == b"DATA":
            trouble = self._trouble(("451 later", 15), ("drop before content", 10))
            if trouble == "drop before content":
                return False
            if trouble:
                return self._say(line, trouble)
            self._say(line, "354 go on")
            return self._content(line, reader, recipient)
        if verb == b"RCPT":
            trouble = self._trouble(("450 mailbox busy", 15), ("550 no such user", 5))
            return self._say(line, trouble or "250 fine")
        if verb == b"MAIL":
            trouble = self._trouble((_GOODBYE, 5))
            self._say(line, trouble or "250 fine")
            return not trouble
        return self._say(line, "221 bye" if verb == b"QUIT" else "250 fine")

    def _content(self, line, reader, recipient: str) -> bool:
        while (text := reader.readline()) != b".\r\n":
            if not text:
                return False
        time.sleep(_PAUSE_SECONDS)
        trouble = self._trouble(("452 too much", 5), ("554 never", 3), ("drop after content", 5))
        if trouble and trouble[0].isdigit():
            return self._say(line, trouble)
        with self._lock:
            self.taken[recipient].append(time.monotonic())
            if trouble:
                self.unanswered.add(recipient)
        return not trouble and self._say(line, "250 taken")

    def _trouble(self, *kinds: tuple[str, int]) -> str:
        if self.kind:
            return ""
        with self._lock:
            for what, per_mille in kinds:
                if self.dice.random() * 1000 < per_mille:
                    self.troubles[what] += 1
                    return what
        return ""

    @staticmethod
    def _say(line: socket.socket, words: str) -> bool:
        line.sendall(words.encode() + b"\r\n")
        return True
