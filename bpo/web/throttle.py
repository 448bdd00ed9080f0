"""The limiter that slows down whoever tries too often; its counters live in Redis."""

from flask import Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, in_memory_fallback_enabled=True)
"""Without its Redis each process counts for itself, so that nobody is locked out or let loose."""


def refused(response: Response) -> bool:
    """Whether a form was answered with a refusal, which is what counts as a try."""
    return response.status_code == 400
