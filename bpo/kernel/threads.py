"""Threads of one process that share the interpreter: who computes, and who waits for a server."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SWITCH_SECONDS = 0.0005


@contextmanager
def yielding() -> Iterator[None]:
    """Let a thread that computes make way sooner for one whose server has answered.

    By default it may keep that one waiting for five milliseconds at every answer.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
