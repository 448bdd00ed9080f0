"""Start the program once as a newcomer would, see the login page, stop it with one Ctrl-C."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

PATIENCE_SECONDS = 180


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def login_page(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            text: str = answer.read().decode()
            return text
    except OSError:
        return ""


def main() -> int:
    data, port = Path(tempfile.mkdtemp(prefix="bpo-start-", dir="/tmp")), free_port()
    data.chmod(0o711)
    started = time.monotonic()
    program = subprocess.Popen(
        ["make", "run", f"PORT={port}", f"ARGS=--outbox-port {free_port()}"],
        env=os.environ | {"BPO_DATA": str(data)},
    )
    try:
        while 'type="password"' not in login_page(port):
            if program.poll() is not None or time.monotonic() - started > PATIENCE_SECONDS:
                print("The login page never answered", file=sys.stderr)
                return 1
            time.sleep(0.2)
        print(f"The login page answered after {time.monotonic() - started:.1f} s")
        supervisor = json.loads((data / "up.json").read_text(encoding="utf-8"))["pid"]
        os.kill(supervisor, signal.SIGINT)
        return program.wait(60)
    finally:
        if program.poll() is None:
            program.kill()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
