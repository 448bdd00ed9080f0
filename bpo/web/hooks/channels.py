"""Receipts and replies, as the providers of SMS and WhatsApp report them."""

from flask import Response, g, request
from flask.blueprints import BlueprintSetupState

from bpo.gateways import outside
from bpo.gateways.channels.callbacks import Request
from bpo.services.reminders import channel_calls, incoming
from bpo.web import access
from bpo.web.hooks import blueprint

LARGEST_BYTES = 1024 * 1024


@blueprint.route(
    "/channels/<any(sms, whatsapp):channel>/<token>", methods=["GET", "POST"], endpoint="channels"
)
@access.signed("callback")
def channels(channel: str, token: str) -> Response:
    """Take in what a provider reports; told twice, it counts once."""
    request.max_content_length = LARGEST_BYTES
    here = outside.current()
    told = channel_calls.read(
        channel, token, _request(here.settings.base_url), switchboard=here.switchboard
    )
    if told.callback.events or told.callback.messages:
        incoming.take_in(
            told.actor, told.workspace_id, channel, told.provider, told.callback, now=g.now
        )
    return Response(told.callback.answer, mimetype=told.callback.type)


@blueprint.record
def _without_form_token(state: BlueprintSetupState) -> None:
    state.app.extensions["csrf"].exempt(channels)


def _request(base_url: str) -> Request:
    """The call as providers sign it: by our public address, whatever stands in between."""
    body = request.get_data(cache=True)
    query = request.query_string.decode("ascii", "replace")
    return Request(
        request.method,
        base_url + request.path + (f"?{query}" if query else ""),
        {name.lower(): value for name, value in request.headers.items()},
        request.args.to_dict(),
        request.form.to_dict(),
        body,
    )
