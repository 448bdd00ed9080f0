"""The application that a command works with: the running one's servers, or its own for a while."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from flask import Flask

from bpo.app import create_app
from bpo.embedded import claim, servers
from bpo.embedded.outbox import catcher
from config.settings import Settings


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """The application, its servers joined or started for this command; its context is open.

    Without a mail server of the user's, mail goes to the catcher of the running program, else to
    one that lives as long as the command.
    """
    with ExitStack() as stack:
        joined = stack.enter_context(servers.join_or_start(settings))
        app = create_app(_with_outbox(joined, stack))
        stack.enter_context(app.app_context())
        yield app


def _with_outbox(settings: Settings, stack: ExitStack) -> Settings:
    running = claim.holder(settings.data_dir)
    if running and running.base_url:
        settings = replace(settings, base_url=running.base_url)
    if settings.smtp_url:
        return settings
    if running and running.smtp_url:
        return replace(settings, smtp_url=running.smtp_url)
    return replace(settings, smtp_url=stack.enter_context(catcher.keeping(settings.data_dir)))
