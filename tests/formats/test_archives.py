"""Archives: what is in them, and those that are made to burst."""

import io
import tracemalloc
import zipfile

import pytest

from bpo.formats import archives
from bpo.kernel.errors import BadInput

MOST = 1024 * 1024


def archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def test_files_come_in_order_without_what_systems_hide():
    given = archive(b__xml=b"1", a__csv=b"2", __DS_Store=b"3")
    assert [(one.name, one.content) for one in archives.members(given)] == [
        ("b.xml", b"1"),
        ("a.csv", b"2"),
    ]


def test_a_bomb_is_refused_before_it_bursts():
    bomb = archive(zeros__csv=b"0" * (40 * MOST))
    assert len(bomb) < 50_000
    tracemalloc.start()
    with pytest.raises(BadInput, match="unpacks"):
        list(archives.members(bomb, MOST))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MOST


def test_sizes_that_lie_are_found_out_without_unpacking_the_rest():
    bomb = archive(zeros__csv=b"0" * (40 * MOST))
    lying = bomb.replace((40 * MOST).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    (member,) = archives.members(lying, MOST)
    assert member.fault is not None
    assert member.content == b""


def test_a_broken_file_harms_no_other():
    given = bytearray(archive(a__csv=b"abc" * 100, b__csv=b"def"))
    given[40] ^= 0xFF
    first, second = archives.members(bytes(given))
    assert first.fault is not None
    assert second.content == b"def"


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"\xff" * 99, b"PK", b""])
def test_what_is_no_archive_is_refused(content):
    with pytest.raises(BadInput):
        list(archives.members(content))
