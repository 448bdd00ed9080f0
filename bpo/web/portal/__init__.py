"""The client managers' portal: their own companies and nothing else."""

from flask import Blueprint

blueprint = Blueprint("portal", __name__, url_prefix="/portal")
