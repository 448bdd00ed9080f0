"""Pages without a login: health, and each client company's collection policy."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)
