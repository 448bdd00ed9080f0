"""What a file or a pasted code is and what it would import, found out by its content alone.

To teach a new kind, write a module with

    KINDS = ("pix",)                                # what an Inspection's `kind` can be
    def recognises(given: Given) -> bool: ...       # cheap, never raises
    def inspect(given: Given) -> Inspection: ...    # BadInput for what it is not after all

and name it in MODULES, before those that recognise more.
"""

from datetime import date
from types import ModuleType

from bpo.domain.intake.inspection import (
    boletos,
    fiscal,
    pix,
    registers,
    returns,
    sheets,
    statements,
)
from bpo.domain.intake.inspection.given import Given, Inspection, Record
from bpo.formats import texts
from bpo.kernel.errors import BadInput

__all__ = ["KINDS", "LIMIT", "MODULES", "Given", "Inspection", "Record", "inspect"]

MODULES: tuple[ModuleType, ...] = (
    pix,
    boletos,
    registers,
    fiscal,
    statements,
    returns,
    sheets,
)
KINDS: dict[str, ModuleType] = {kind: module for module in MODULES for kind in module.KINDS}
_SHORT = 200
_MARKS = frozenset(";,|\t<")
LIMIT = 64 * 1024 * 1024
"""Bytes that are looked at; nothing larger is even read into memory."""


def inspect(given: Given, kind: str | None = None) -> Inspection:
    """Look at something; `kind` says what it must be. Imports nothing, changes nothing.

    Raises BadInput for what is none of the kinds, or not the one asked for.
    """
    texts.refuse_size(given.content, LIMIT)
    if kind is not None and kind not in KINDS:
        raise BadInput("{kind} is not one of {kinds}", kind=kind, kinds=", ".join(KINDS))
    if kind is None:
        _refuse_words(given.code)
    module = KINDS[kind] if kind else next(one for one in MODULES if one.recognises(given))
    found: Inspection = module.inspect(given)
    if kind is not None and found.kind != kind:
        raise BadInput("This is {found}, not {kind}", found=found.kind, kind=kind)
    return found


def _refuse_words(code: str) -> None:
    """A short line without anything of a table is told what could have been pasted."""
    is_line = code.isprintable() and 0 < len(code) < _SHORT and not _MARKS & set(code)
    given = Given(code.encode(), date.min)
    if is_line and not any(module.recognises(given) for module in MODULES[:-1]):
        raise BadInput(
            "This is no file, and none of: a Pix code, the line (47 digits) or bar code (44) of a "
            "boleto, a CPF or CNPJ."
        )
