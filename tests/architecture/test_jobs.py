"""Every job can be found and every queue is served."""

import importlib
import inspect

import pytest

from bpo.jobs import SPECS, Job, Queue
from tests.architecture import reading
from workers import worker


def test_every_job_has_its_place():
    assert set(SPECS) == set(Job)


@pytest.mark.parametrize("job", Job)
def test_every_job_resolves_to_a_short_function(job):
    module, _, name = SPECS[job].function.rpartition(".")
    function = getattr(importlib.import_module(module), name)
    body = inspect.getsource(function).splitlines()
    assert module.startswith("workers.")
    assert len(body) <= 20, f"{SPECS[job].function} should call one use case"
    kinds = {
        str(parameter.annotation) for parameter in inspect.signature(function).parameters.values()
    }
    assert kinds <= {"<class 'int'>", "<class 'str'>", "str | None", "int | None"}, kinds


def test_every_queue_is_served_most_urgent_first():
    assert worker._lanes() == [queue.value for queue in Queue]
    assert {spec.queue for spec in SPECS.values()} <= set(Queue)


def test_every_job_is_asked_for_by_somebody():
    asked = {
        text
        for path in reading.modules()
        if reading.name(path) != "bpo/jobs.py"
        for text in [path.read_text(encoding="utf-8")]
        for text in [job.name for job in Job if f"Job.{job.name}" in text]
    }
    assert {job.name for job in Job} - asked == set()
