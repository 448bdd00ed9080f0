"""The ways in which a request can be refused; each carries a sentence that a person can act on."""

from typing import Any

from bpo.kernel.text import Phrase


class Refusal(Exception):
    """A use case said no. `phrase` is the sentence, `code` a stable word for programs."""

    code = "refused"

    def __init__(self, template: str, *, field: str | None = None, **params: Any) -> None:
        self.phrase = Phrase(template, **params)
        self.field = field
        super().__init__(str(self.phrase))


class BadInput(Refusal):
    """What was given is wrong or ambiguous; nothing was written."""

    code = "bad_input"


class NotFound(Refusal):
    """There is no such thing, or not for this actor."""

    code = "not_found"


class Forbidden(Refusal):
    """The actor may not do this."""

    code = "forbidden"


class Conflict(Refusal):
    """The state of things does not allow this now."""

    code = "conflict"


class Unavailable(Refusal):
    """An outside service did not answer; trying again makes sense."""

    code = "unavailable"
