"""The limiter that slows down whoever tries too often; its counters live in Redis."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address)
