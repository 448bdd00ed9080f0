"""A bank's API Pix 2.9.0 in memory behind real HTTP: it holds charges and misbehaves on demand."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "t0k3n"


class Bank:
    """`charges` by txid as the API shows them; `refuse` may give a status instead of an answer."""

    def __init__(self) -> None:
        self.charges: dict[str, dict] = {}
        self.asked: list[tuple[str, str]] = []
        self.tokens = 0
        self.refuse: Callable[[str, str], int | None] = lambda method, path: None
        self.forgets_to_answer = False
        """The charge is made, and the line breaks before anybody hears of it."""

    def __enter__(self) -> "Bank":
        bank = self

        class Conversation(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bank.tokens += 1
                self._say(200, {"access_token": TOKEN, "expires_in": 3600})

            def do_PUT(self) -> None:
                self._do("PUT")

            def do_GET(self) -> None:
                self._do("GET")

            def do_PATCH(self) -> None:
                self._do("PATCH")

            def _do(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                bank.asked.append((method, self.path))
                status = bank.refuse(method, self.path)
                if status is None and self.headers["authorization"] != f"Bearer {TOKEN}":
                    status = 401
                if status is not None:
                    self._say(status, {"title": "Operação inválida", "detail": f"não ({status})"})
                    return
                answer = bank.answered(method, self.path, json.loads(body) if body else {})
                if bank.forgets_to_answer:
                    return
                self._say(*answer)

            def _say(self, status: int, answer: dict) -> None:
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answered(self, method: str, path: str, body: dict) -> tuple[int, dict]:
        txid = path.rpartition("/")[2]
        held = self.charges.get(txid)
        if method == "PUT":
            if held:
                return 409, {"title": "Conflito", "detail": "txid já usado"}
            code = f"00020126{txid}"
            self.charges[txid] = body | {"txid": txid, "status": "ATIVA", "pixCopiaECola": code}
            return 201, self.charges[txid]
        if held is None:
            return 404, {}
        if method == "PATCH":
            if held["status"] != "ATIVA":
                return 400, {"title": "Operação inválida", "detail": held["status"]}
            held["status"] = body["status"]
        return 200, held

    def pay(self, txid: str, cents: int, number: str, at: datetime | None = None) -> dict:
        """A debtor pays; returns the notice that the bank would send."""
        notice = {
            "endToEndId": number,
            "txid": txid,
            "valor": f"{cents // 100}.{cents % 100:02}",
            "horario": (at or datetime.now(UTC)).isoformat(),
        }
        self.charges[txid] |= {"status": "CONCLUIDA", "pix": [notice]}
        return notice
