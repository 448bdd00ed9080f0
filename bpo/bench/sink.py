"""A bare SMTP server in a process of its own: it takes every message and counts them."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_GREETING = b"220 sink\r\n"
_ANSWERS = {
    b"EHLO": b"250-sink\r\n250 PIPELINING\r\n",
    b"HELO": b"250 sink\r\n",
    b"QUIT": b"221 bye\r\n",
}
_OK = b"250 ok\r\n"
_GO_ON = b"354 go on\r\n"
_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection: commands line by line, content up to the closing dot."""

    def __init__(self, taken: Counter[str]) -> None:
        self._taken = taken
        self._buffer = b""
        self._recipient = ""
        self._content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer every whole line or message in the buffer, in one breath as RFC 2920 asks for."""
        self._buffer += data
        answers = []
        while (answer := self._step()) is not None:
            answers.append(answer)
        if answers:
            self._transport.write(b"".join(answers))

    def _step(self) -> bytes | None:
        """The answer to the next whole line or message; None while it has not arrived."""
        head, found, rest = self._buffer.partition(_END if self._content else b"\r\n")
        if not found:
            return None
        self._buffer = rest
        if not self._content:
            return self._command(head)
        self._content = False
        self._taken[self._recipient] += 1
        return _OK

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipient = line.partition(b"<")[2].partition(b">")[0].decode()
        self._content = verb == b"DATA"
        return _GO_ON if self._content else _ANSWERS.get(verb, _OK)


@contextmanager
def running() -> Iterator["Process"]:
    """A sink in a process of its own, ended with the block."""
    process = Process()
    try:
        yield process
    finally:
        process.stop()


class Process:
    """The sink's process: `url` to send to, `count` of what it took."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bpo.bench.sink"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = f"smtp://127.0.0.1:{self._ask()}"

    def counts(self) -> dict[str, int]:
        """Messages taken, recipients, and recipients that got more than one."""
        return {name: int(value) for name, value in json.loads(self._ask("count")).items()}

    def recipients(self) -> dict[str, int]:
        """How many messages each recipient got."""
        found: dict[str, int] = json.loads(self._ask("recipients"))
        return found

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()

    def _ask(self, question: str = "") -> str:
        assert self._process.stdin
        assert self._process.stdout
        if question:
            self._process.stdin.write(question + "\n")
            self._process.stdin.flush()
        return self._process.stdout.readline().strip()


async def _serve() -> None:
    taken: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(taken), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while question := await reader.readline():
        answer = dict(taken) if question == b"recipients\n" else _summary(taken)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _summary(taken: Counter[str]) -> dict[str, int]:
    doubled = sum(1 for count in taken.values() if count > 1)
    return {"messages": taken.total(), "recipients": len(taken), "doubled": doubled}


if __name__ == "__main__":
    asyncio.run(_serve())
