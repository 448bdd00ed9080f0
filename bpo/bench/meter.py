"""A phase of a benchmark: how many, how long, how much processor, how much memory."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_KIB_PER_MIB = 1024


@dataclass(slots=True)
class Phase:
    """One measured phase: `n` things done in `seconds` of wall time and `cpu_seconds` of ours.

    `peak_mb` is the most memory this process has held since it began, in MiB (VmHWM).
    """

    name: str
    n: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: float = 0.0

    def row(self) -> dict[str, Any]:
        """The phase as a JSON line."""
        return {
            "phase": self.name,
            "n": self.n,
            "s": round(self.seconds, 4),
            "cpu_s": round(self.cpu_seconds, 4),
            "peak_mb": round(self.peak_mb, 1),
        }


@contextmanager
def phase(name: str, n: int) -> Iterator[Phase]:
    """Measure what happens inside."""
    measured = Phase(name, n)
    wall, cpu = time.perf_counter(), time.process_time()
    yield measured
    measured.seconds = time.perf_counter() - wall
    measured.cpu_seconds = time.process_time() - cpu
    measured.peak_mb = peak_mb()


def peak_mb() -> float:
    """The most memory this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MIB
