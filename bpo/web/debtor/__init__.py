"""The debtor's own page and the unsubscribe link, opened by signed links."""

from flask import Blueprint

blueprint = Blueprint("debtor", __name__)
