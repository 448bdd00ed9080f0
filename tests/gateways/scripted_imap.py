"""A small IMAP server with the messages a test gives it, and ways to misbehave."""

import re
import socketserver
import threading
from dataclasses import dataclass, field


@dataclass
class ScriptedImap:
    """`messages` by UID. `fail` names a command to answer NO to, `drop` one to hang up at."""

    messages: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    password: str = "segredo"
    fail: str = ""
    drop: str = ""
    commands: list[str] = field(default_factory=list)

    def __enter__(self) -> "ScriptedImap":
        world = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                world.converse(self.rfile, self.wfile)

        class Threaded(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Threaded(("127.0.0.1", 0), Conversation)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def converse(self, rfile, wfile) -> None:
        def say(line: bytes | str) -> None:
            wfile.write((line.encode() if isinstance(line, str) else line) + b"\r\n")
            wfile.flush()

        say("* OK here")
        while line := rfile.readline().decode().strip():
            tag, _, rest = line.partition(" ")
            verb = rest.removeprefix("UID ").split(" ")[0].upper()
            self.commands.append(rest)
            if verb == self.drop:
                return
            if verb == self.fail or (verb == "LOGIN" and self.password not in rest):
                say(f"{tag} NO not today")
                continue
            for answer in self._answers(verb, rest):
                say(answer)
            say(f"{tag} OK done")
            if verb == "LOGOUT":
                return

    def _answers(self, verb: str, rest: str) -> list[bytes | str]:
        match verb:
            case "CAPABILITY":
                return ["* CAPABILITY IMAP4rev1"]
            case "EXAMINE":
                return [f"* {len(self.messages)} EXISTS", f"* OK [UIDVALIDITY {self.validity}]"]
            case "SEARCH":
                first = int(re.search(r"(\d+):\*", rest)[1])
                named = [uid for uid in self.messages if uid >= first] or [
                    max(self.messages or [0])
                ]
                return ["* SEARCH " + " ".join(map(str, sorted(named)))]
            case "FETCH":
                uid = int(rest.split(" ")[2])
                content = self.messages.get(uid)
                if content is None:
                    return []
                if "SIZE" in rest:
                    return [f"* 1 FETCH (UID {uid} RFC822.SIZE {len(content)})"]
                head = f"* 1 FETCH (UID {uid} BODY[] {{{len(content)}}}\r\n".encode()
                return [head + content + b")"]
        return []
