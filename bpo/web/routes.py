"""The rules of addresses, made ready to be written when the first link asks for one."""

from collections.abc import Callable

from werkzeug.routing import Rule


class Route(Rule):
    """A rule that compiles what writes its addresses at the first address.

    Werkzeug compiles two functions a rule at once, which is nearly all that making the application
    costs; a command or a job writes a handful of addresses, if any.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            if not compiled:
                compiled.append(super(Route, self)._compile_builder(append_unknown))
            return compiled[0](rule, **values)

        return build
