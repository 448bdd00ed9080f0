"""The language of a request: which one, and Flask-Babel over the product's merged catalog."""

from collections.abc import Callable
from datetime import tzinfo
from functools import cached_property

import flask_babel
from flask import Flask, request

from bpo.gateways import wording


class MergedDomain(flask_babel.Domain):  # type: ignore[misc]
    """Flask-Babel's domain, reading every area's translations as one catalog."""

    def get_translations(self):
        """The catalog of the request's locale."""
        return wording.translations(current())


class MergedBabel(flask_babel.Babel):  # type: ignore[misc]
    """Flask-Babel with the merged catalog as its only domain."""

    @cached_property
    def domain_instance(self):
        """The one domain."""
        return MergedDomain()


def init_app(
    app: Flask,
    locale_selector: Callable[[], str | None],
    timezone_selector: Callable[[], str | tzinfo | None],
) -> None:
    """Wire translations into an application; the selectors are asked once per request."""
    app.config["BABEL_DEFAULT_LOCALE"] = wording.DEFAULT_LOCALE
    MergedBabel().init_app(
        app, locale_selector=locale_selector, timezone_selector=timezone_selector
    )


def chosen(*preferences: str | None) -> str:
    """The first preference that the product speaks, else the browser's, else pt-BR."""
    spoken = (wording.known(preference) for preference in preferences)
    accepted = (wording.known(code) for code in request.accept_languages.values())
    return next((code for code in (*spoken, *accepted) if code), wording.DEFAULT_LOCALE)


def current() -> str:
    """The locale of this request, `pt_BR` or `en`."""
    locale = flask_babel.get_locale()
    return wording.known(locale and locale.language) or wording.DEFAULT_LOCALE


def zone() -> tzinfo:
    """The time zone in which this request's reader sees instants."""
    return flask_babel.get_timezone()
