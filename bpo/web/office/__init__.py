"""The staff's screens: inbox, portfolio, and the rooms of each client company."""

from flask import Blueprint

blueprint = Blueprint("office", __name__)
