"""Signing in and out, invitations, password resets."""

from flask import Blueprint

blueprint = Blueprint("auth", __name__)
