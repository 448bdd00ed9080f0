"""Notices of Pix, as the bank of a client company calls us with them."""

from flask import Response, g, request
from flask.blueprints import BlueprintSetupState

from bpo.gateways import outside
from bpo.gateways.pix import notices
from bpo.kernel.errors import NotFound
from bpo.services.cash import pix_notices
from bpo.web import access
from bpo.web.hooks import blueprint

LARGEST_BYTES = 1024 * 1024


@blueprint.post("/pix/<token>", endpoint="pix")
@blueprint.post("/pix/<token>/pix", endpoint="pix")
@access.signed("callback")
def pix(token: str) -> Response:
    """Take in what a bank reports; told twice, it counts once.

    The signed token in the address names the company; where its certificate is configured, the call
    must have come with it.
    """
    request.max_content_length = LARGEST_BYTES
    here = outside.current()
    workspace_id = here.signer.link_id(token, notices.PURPOSE)
    if workspace_id is None:
        raise NotFound("This page does not exist or is not yours to see")
    headers = {name.lower(): value for name, value in request.headers.items()}
    notices.verify(headers, here.settings.channel_secrets)
    told = notices.read(request.get_data())
    pix_notices.take_in(workspace_id, told, now=g.now)
    return Response(status=200)


@blueprint.record
def _without_form_token(state: BlueprintSetupState) -> None:
    state.app.extensions["csrf"].exempt(pix)
