"""The txid of a static code: what is written is read back, and nothing else is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpo.domain.cash import pix_references
from bpo.domain.cash.pix_references import Kind, Reference

DAYS = st.dates(date(2020, 1, 1), date(2068, 12, 31))


@given(st.sampled_from(Kind), st.integers(1, 10**15 - 1), DAYS)
def test_what_is_written_is_read_back(kind, number, day):
    reference = Reference(kind, number, day)
    assert len(reference.txid) <= 25
    assert reference.txid.isalnum()
    assert reference.txid.isascii()
    assert pix_references.parse(f" {reference.txid.lower()} ") == reference


@pytest.mark.parametrize("txid", ["***", "", "REC12", "CLI1D991399", "RECX1D261123", "ABC1D261123"])
def test_a_txid_of_somebody_else_is_not_ours(txid):
    assert pix_references.parse(txid) is None
