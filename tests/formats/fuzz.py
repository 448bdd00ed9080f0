"""Damaged files of every kind: read or refused in a sentence, never a crash.

`python -m tests.formats.fuzz --each 50000` does it at length and prints one line a kind; files
that crash are kept in the folder that `--keep` names.
"""

import argparse
import io
import json
import random
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

from bpo.domain.intake import incoming, inspection, rows_survey
from bpo.domain.intake.inspection import Given
from bpo.domain.intake.rows_batches import Parsed
from bpo.formats import boleto, brcode, cnab240, cnab400
from bpo.formats.problems import Level
from bpo.kernel.errors import BadInput
from tests.formats import mutations
from tests.formats.mutations import Mutate
from tests.formats.test_nfe import bill, document
from tests.formats.test_ofx import movement, statement
from tests.shared import files

TODAY = date(2026, 11, 23)
TABLE = "cliente;nome;numero;emissao;vencimento;valor;data pagamento\n" + "".join(
    f'C{n};"Zé & {n}";{n:04};25/09/2026;25/1{n % 3}/2026;1.234,5{n % 10};\n' for n in range(8)
)
WIDE = (
    "cnpj,cliente,nome,e-mail,telefone,cidade,uf,titulo,parcela,emissao,vencimento,valor,saldo,obs\n"
    "11222333000181,1,Padaria Sol,a@x.example;b@x.example,11 98765-4321,São Paulo,SP,F1,1/2,"
    "2026-09-01,2026-10-01,100.00,40.00,\n"
    "11222333000181,1,Padaria Sol,,,,,F1,2/2,2026-09-01,2026-11-13,100.00,100.00,nova\n"
    "52998224725,0002,Davi,d@x.example,,Recife,PE,77,,2026-09-13,2026-10-13,1234.56,0.00,\n"
)
PAID = "cliente;nome;titulo;parcela;data pagamento;valor pago;historico\n" + "".join(
    f"C{n % 3};Zé;{n:04};;2{n}/10/2026;1.234,5{n};Pix {n}\n" for n in range(6)
)
PEOPLE = "codigo;nome;cpf/cnpj;email;telefone;endereco;cidade;uf;cep\n" + "".join(
    f"C{n};Zé {n};52998224725;z{n}@x.example;(11) 9876{n}-4321;Rua {n};Recife;PE;50000-00{n}\n"
    for n in range(5)
)


def workbook() -> bytes:
    """A small workbook of receivables, its days and amounts typed."""
    book, buffer = Workbook(), io.BytesIO()
    head, *rows = TABLE.replace('"', "").splitlines()
    book.active.append(head.split(";"))
    for number, row in enumerate(rows):
        key, name, title, *_ = row.split(";")
        due = TODAY + timedelta(days=number)
        book.active.append([key, name, title, TODAY, due, 1234.5 + number, None])
    book.save(buffer)
    return buffer.getvalue()


def archive() -> bytes:
    """An archive of three kinds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("a.xml", document(bill("001", "2026-09-01", "300.00"), dest="CPF"))
        zipped.writestr("b.csv", TABLE)
        zipped.writestr("c.ofx", statement(movement("100,00")))
    return buffer.getvalue()


def seeds() -> dict[str, list[bytes]]:
    """Whole files of each kind: our own, and real ones where they are at hand."""
    real = {
        kind: [path.read_bytes() for path in files(f"{kind}/*")] for kind in ("ofx", "cnab", "nfe")
    }
    code = brcode.static("52998224725", "Davi", "Recife", 1_00)
    slip = boleto.encoded("001", TODAY, 1_00, "1" * 25)
    returns_240 = [content for content in real["cnab"] if cnab240.looks_like(content)]
    returns_400 = [content for content in real["cnab"] if cnab400.looks_like(content)]
    return {
        "receivables": [
            *(TABLE.encode(name) for name in ("utf-8", "cp1252", "utf-16")),
            WIDE.encode(),
        ],
        "payments": [PAID.encode(), PAID.encode("cp1252")],
        "debtors": [PEOPLE.encode(), PEOPLE.replace(";", ",").encode()],
        "xlsx": [workbook()],
        "zip": [archive()],
        "nfe": [document(bill("001", "2026-09-01", "300.00"), status="100"), *real["nfe"]],
        "ofx": [statement(movement("100,00"), movement("-5.00")), *real["ofx"]],
        "cnab240": returns_240 or [b"03300000".ljust(142) + b"2".ljust(98)],
        "cnab400": returns_400 or [b"02RETORNO01COBRANCA".ljust(400) + b"\n" + b"1".ljust(400)],
        "pix": [code.encode()],
        "boleto": [slip.encode(), boleto.line_of(slip).encode()],
        "cnpj": [b"12.ABC.345/01DE-35", b"529.982.247-25"],
    }


_OWN: dict[str, Mutate] = {
    **dict.fromkeys(("receivables", "payments", "debtors"), mutations.table),
    **dict.fromkeys(("nfe", "ofx"), mutations.markup),
    **dict.fromkeys(("cnab240", "cnab400"), mutations.lines),
    "xlsx": lambda content, chance: mutations.packed(content, chance, mutations.markup),
    "zip": lambda content, chance: mutations.packed(content, chance, _member),
}


def _member(content: bytes, chance: random.Random) -> bytes:
    own = mutations.markup if b"<" in content[:50] else mutations.table
    return own(content, chance)


def mutated(kind: str, content: bytes, chance: random.Random) -> bytes:
    """A file of a kind, damaged in what it means or in its bytes; one in ten in both."""
    own = _OWN.get(kind)
    found = own(content, chance) if own and chance.random() < 0.7 else content
    is_whole = found == content
    return mutations.damaged(found, chance) if is_whole or chance.random() < 0.1 else found


def looked(content: bytes) -> None:
    """As a command looks."""
    found = inspection.inspect(Given(content, TODAY))
    assert all(str(problem.message) for problem in found.problems)
    json.dumps([dict(record) for record in found.records], default=str).encode()


def imported(content: bytes) -> None:
    """Everything of a file read as an import reads it, down to the last row, and read again."""
    first = incoming.examine(content)
    told = [_all(part) for part in first.parts]
    if first.decided:
        kept = rows_survey.to_json(first.decided)
        again = incoming.examine(content, None, rows_survey.from_json(kept))
        assert [_all(part) for part in again.parts] == told


def _all(part: incoming.Part) -> list[Parsed]:
    found = list(part.read("12ABC345000188"))
    problems = [problem for parsed in found for problem in parsed.problems]
    left_out = {problem.line for problem in problems if problem.level is Level.REJECT}
    taken = [row for parsed in found for row in parsed.rows]
    assert all(str(problem.message) for problem in problems)
    assert part.told or part.papers or len(taken) + len(left_out) == part.total
    written = repr([taken, [str(problem.message) for problem in problems]])
    assert "\\x00" not in written
    assert "\\ud" not in written
    return found


def outcome(content: bytes, look: Callable[[bytes], object]) -> str:
    """What became of it: whatever is neither read nor refused is an error, and is named."""
    try:
        look(content)
    except BadInput as refusal:
        return "refused" if str(refusal) else "refused without a word"
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
    return "read"


def run(kind: str, each: int, seed: int = 1, keep: Path | None = None) -> Counter[str]:
    """Mutations of one kind, half of them looked at and half imported."""
    chance = random.Random(f"{kind}{seed}")
    whole = seeds()[kind]
    codes = kind in ("pix", "boleto", "cnpj")
    done: Counter[str] = Counter()
    for number in range(each):
        content = mutated(kind, chance.choice(whole), chance)
        found = outcome(content, looked if codes or number % 2 else imported)
        done[found] += 1
        if keep and found not in ("read", "refused") and done[found] <= 3:
            (keep / f"{kind}-{number}").write_bytes(content)
    return done


def lines(each: int, kinds: list[str], seed: int, keep: Path | None) -> Iterator[str]:
    """One line a kind as it ends: files, refused, read, whatever else, seconds."""
    for kind in kinds:
        began = time.perf_counter()
        done = run(kind, each, seed, keep)
        refused, read = done.pop("refused", 0), done.pop("read", 0)
        seconds = time.perf_counter() - began
        yield f"{kind:12} {each:7} {refused:7} {read:7} {dict(done)} {seconds:.1f} s"


def main() -> None:
    """Fuzz at length."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("kinds", nargs="*", default=[])
    asked = parser.parse_args()
    for line in lines(asked.each, asked.kinds or list(seeds()), asked.seed, asked.keep):
        print(line, flush=True)


if __name__ == "__main__":
    main()
