"""The queue that tells workers there is something to do; what is due is decided by rows."""

from dataclasses import dataclass, field
from typing import Protocol

from redis import Redis
from rq import Queue as RqQueue
from rq import Retry
from rq.serializers import JSONSerializer

from bpo.jobs import SPECS, Job

JOB_TIMEOUT_SECONDS = 300
RESULT_TTL_SECONDS = 60
FAILURE_TTL_SECONDS = 7 * 24 * 3600


class Queue(Protocol):
    """Puts a job with ids and ISO dates as its arguments."""

    def put(self, job: Job, *args: int | str | None) -> None:
        """Ask for a job; raises whatever the broker raises when it is away."""


class RedisQueue:
    """RQ on Redis or Valkey, with the JSON serializer."""

    def __init__(self, redis_url: str) -> None:
        self._connection = Redis.from_url(redis_url, socket_timeout=20, socket_connect_timeout=5)

    def put(self, job: Job, *args: int | str | None) -> None:
        """Enqueue the job on its lane; a double notification does nothing when it runs."""
        spec = SPECS[job]
        queue = RqQueue(spec.queue.value, connection=self._connection, serializer=JSONSerializer)
        queue.enqueue_call(
            spec.function,
            args=args,
            timeout=JOB_TIMEOUT_SECONDS,
            result_ttl=RESULT_TTL_SECONDS,
            failure_ttl=FAILURE_TTL_SECONDS,
            retry=Retry(max=2),
        )

    def waiting(self) -> dict[str, int]:
        """Jobs waiting on each lane."""
        names = sorted({spec.queue.value for spec in SPECS.values()})
        return {
            name: RqQueue(name, connection=self._connection, serializer=JSONSerializer).count
            for name in names
        }


@dataclass
class MemoryQueue:
    """Remembers what was put; the twin used in tests and in commands that run jobs themselves."""

    jobs: list[tuple[Job, tuple[int | str | None, ...]]] = field(default_factory=list)

    def put(self, job: Job, *args: int | str | None) -> None:
        """Remember the job."""
        self.jobs.append((job, args))
