"""Where other programs call: providers of messages and banks, each proved by its signature."""

from flask import Blueprint

blueprint = Blueprint("hooks", __name__, url_prefix="/hooks")
