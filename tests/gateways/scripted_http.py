"""A provider's HTTP server that says what a test tells it to, and remembers what it was asked."""

import socket
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

CLOSE = "close the line without a word"
SILENCE = "never answer"


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Script = Callable[[int], str | tuple[int, str]]
"""Given the number of the request from 1: (status, body), CLOSE or SILENCE."""


@dataclass
class ScriptedHttp:
    """Its requests; `script` decides the answers."""

    script: Script = lambda number: (200, '{"id": "1"}')
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    hangs_up_after: bool = False
    hung_up: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __enter__(self) -> "ScriptedHttp":
        world = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                world.connections += 1
                world.converse(self.rfile, self.wfile)
                self.connection.shutdown(socket.SHUT_RDWR)
                world.hung_up.release()

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
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def converse(self, rfile, wfile) -> None:
        while first := rfile.readline():
            method, path, _ = first.decode().split(" ", 2)
            headers = {}
            while (line := rfile.readline().decode().rstrip()) != "":
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            body = rfile.read(int(headers.get("content-length", 0)))
            self.asked.append(Asked(method, path, headers, body))
            last = self.hangs_up_after
            answer = self.script(len(self.asked))
            if answer == SILENCE:
                self._silence.wait()
            if isinstance(answer, str):
                return
            status, words = answer
            content = words.encode()
            head = f"HTTP/1.1 {status} So\r\nContent-Length: {len(content)}\r\n\r\n"
            wfile.write(head.encode() + content)
            wfile.flush()
            if last:
                return
