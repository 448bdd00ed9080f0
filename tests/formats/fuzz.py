"""Damaged files of every kind: read or refused in a sentence, never a crash.

`python -m tests.formats.fuzz --each 50000` does it at length and prints one line a kind.
"""

import argparse
import io
import random
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

from openpyxl import Workbook

from bpo.domain import incoming, inspection
from bpo.domain.inspection import Given
from bpo.formats import boleto, brcode
from bpo.kernel.errors import BadInput
from tests.formats.test_nfe import bill, document
from tests.formats.test_ofx import movement, statement
from tests.shared import files

TODAY = date(2026, 11, 23)
TABLE = "cliente;nome;numero;emissao;vencimento;valor;data pagamento\n" + "".join(
    f'C{n};"Zé & {n}";{n:04};25/09/2026;25/1{n % 3}/2026;1.234,5{n % 10};\n' for n in range(8)
)


def workbook() -> bytes:
    """A small workbook of receivables."""
    book, buffer = Workbook(), io.BytesIO()
    for line in TABLE.splitlines():
        book.active.append(line.split(";"))
    book.save(buffer)
    return buffer.getvalue()


def archive() -> bytes:
    """An archive of two kinds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("a.xml", document(bill("001", "2026-09-01", "300.00"), dest="CPF"))
        zipped.writestr("b.csv", TABLE)
    return buffer.getvalue()


def seeds() -> dict[str, list[bytes]]:
    """Whole files of each kind: our own, and real ones where they are at hand."""
    real = {kind: [path.read_bytes() for path in files(f"{kind}/*")] for kind in ("ofx", "cnab")}
    code = brcode.static("52998224725", "Davi", "Recife", 1_00)
    slip = boleto.encoded("001", TODAY, 1_00, "1" * 25)
    return {
        "csv": [TABLE.encode(), TABLE.encode("cp1252"), TABLE.encode("utf-16")],
        "xlsx": [workbook()],
        "zip": [archive()],
        "nfe": [document(bill("001", "2026-09-01", "300.00"), status="100")],
        "ofx": [statement(movement("100,00"), movement("-5.00")), *real["ofx"]],
        "cnab": real["cnab"] or [b"02RETORNO01COBRANCA".ljust(400) + b"\n" + b"1".ljust(400)],
        "pix": [code.encode()],
        "boleto": [slip.encode(), boleto.line_of(slip).encode()],
        "cnpj": [b"12.ABC.345/01DE-35", b"529.982.247-25"],
    }


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, lost, doubled or moved; sometimes the file cut off."""
    found = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found)) if found else 0
        match chance.randrange(6):
            case 0:
                found[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[at : at + chance.randint(1, 20)]
            case 2:
                found[at:at] = found[at : at + chance.randint(1, 40)]
            case 3:
                found[at:at] = chance.choice(SPICE)
            case 4:
                found[at : at + 1] = chance.choice(b"0123456789<>&;,\"'\n\r\t .-").to_bytes(
                    1, "big"
                )
            case _ if chance.random() < 0.2:
                del found[at:]
    return bytes(found)


SPICE = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"<!DOCTYPE a>", b"&#0;", b"99999999999999999999",
    b"-", b"31/02/2026", b"1e999", b"NaN", b'"', b"\r", "²".encode(), "٣".encode(), b"]]>",
)  # fmt: skip


def outcome(content: bytes, look: Callable[[bytes], object]) -> str:
    """What became of it; whatever is neither read nor refused is an error that goes through."""
    try:
        look(content)
    except BadInput as refusal:
        return "refused" if str(refusal) else "refused without a word"
    return "read"


def looked(content: bytes) -> None:
    """As a command looks, and as an import reads."""
    inspection.inspect(Given(content, TODAY))


def imported(content: bytes) -> None:
    """Everything of a file read as an import reads it, down to the last row."""
    for part in incoming.examine(content).parts:
        for parsed in part.read("12ABC345000188"):
            assert all(problem.message for problem in parsed.problems)


def run(kind: str, each: int, seed: int = 1) -> Counter[str]:
    """Mutations of one kind, half of them looked at and half imported."""
    chance = random.Random(f"{kind}{seed}")
    whole = seeds()[kind]
    codes = kind in ("pix", "boleto", "cnpj")
    return Counter(
        outcome(mutated(chance.choice(whole), chance), looked if codes or number % 2 else imported)
        for number in range(each)
    )


def lines(each: int, kinds: list[str]) -> Iterator[str]:
    """One line a kind as it ends."""
    for kind in kinds:
        began = time.perf_counter()
        done = run(kind, each)
        yield f"{kind:8} {each:7} {dict(done)} {time.perf_counter() - began:.1f} s"


def main() -> None:
    """Fuzz at length."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=1_000)
    parser.add_argument("kinds", nargs="*", default=[])
    asked = parser.parse_args()
    for line in lines(asked.each, asked.kinds or list(seeds())):
        print(line, flush=True)


if __name__ == "__main__":
    main()
