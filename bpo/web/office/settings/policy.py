"""The collection policy of a client company: what holds, what held, and the next version."""

from datetime import date
from typing import Any

from flask import g, request
from flask_babel import gettext as _

from bpo.db import db
from bpo.domain.books import policies as rules
from bpo.domain.books.policies import CollectionPolicy
from bpo.domain.books.policy_checks import Finding
from bpo.domain.people.access import Permission
from bpo.kernel import clock
from bpo.kernel.errors import NotFound
from bpo.queries.people import workspaces
from bpo.services.books import policies
from bpo.web import access, forms, language
from bpo.web.forms import Attempt, Typed
from bpo.web.office import blueprint
from bpo.web.office.settings import Answer, back, page, policy_form

HERE = "office.settings_policy"


@blueprint.get("/w/<slug>/settings/policy")
@access.requires(Permission.SEE_WORKSPACE)
def settings_policy(slug: str) -> Answer:
    """The policy in force in plain words, its versions, and the form for the next."""
    return _page()


@blueprint.post("/w/<slug>/settings/policy")
@access.requires(Permission.EDIT_WORKSPACE)
def settings_policy_publish(slug: str) -> Answer:
    """Publish a version; what is worth knowing first is shown and confirmed."""
    typed = forms.typed()
    attempt = forms.attempt(lambda: _publish(typed))
    if attempt.refusal is not None:
        return _page(attempt, faults=forms.faults(attempt)), 400
    if attempt.result:
        return _page(warnings=attempt.result, confirming=True)
    return back(HERE, _("Published. Earlier versions stay readable on the public page."))


@blueprint.get("/w/<slug>/settings/policy/<int:version>")
@access.requires(Permission.SEE_WORKSPACE)
def settings_policy_version(slug: str, version: int) -> Answer:
    """One version, in plain words and in figures."""
    row = workspaces.policy_version(db.session(), g.workspace.id, version)
    if row is None:
        raise NotFound("There is no such version")
    policy = rules.from_json(row.terms)
    return page("policy_version", HERE, row=row, policy=policy, sentences=rules.sentences(policy))


def _publish(typed: Typed) -> tuple[Finding, ...]:
    """Publish what was typed, or give back the warnings that nobody has confirmed yet."""
    place = g.workspace
    policy = policy_form.policy(typed)
    since = typed.needed_day("effective_from")
    warnings = policies.review(g.actor, place.id, policy).warnings
    if warnings and not typed.checked("confirmed"):
        return warnings
    seen = forms.seen()
    version = seen.text(forms.VERSION) if seen else None
    policies.publish(g.actor, place.id, policy, since, now=g.now, seen=version)
    return ()


def _page(attempt: Attempt[Any] | None = None, **context: Any) -> str:
    place, today = g.workspace, _today()
    versions = workspaces.policies(db.session(), place.id)
    current = workspaces.policy_on(db.session(), place.id, today)
    policy = rules.from_json(current.terms) if current else CollectionPolicy()
    return page(
        "policy",
        HERE,
        typed=request.form or policy_form.fields(policy, _mark()),
        policy=policy,
        sentences=rules.sentences(policy),
        current=current,
        versions=versions,
        was=forms.still_seen({forms.VERSION: str(max(v.version for v in versions))}, attempt),
        today=today,
        form_rows=policy_form,
        **{"warnings": (), "confirming": False} | context,
    )


def _today() -> date:
    return clock.local_day(g.now, g.workspace.time_zone)


def _mark() -> str:
    return "," if language.current() == "pt_BR" else "."
