"""Credits matched with receivables: what is certain, what is only likely, and why."""

from datetime import date

import pytest

from bpo.domain.cash import reconciliation
from bpo.domain.cash.allocation import Owed
from bpo.domain.cash.reconciliation import Book, Credit, Payer, Title

DAY = date(2026, 11, 20)
DAVI = Payer(1, "Davi Lima Souza", "52998224725")
SOL = Payer(2, "Mercado Sol Ltda", "11222333000181")


def title(number, debtor, cents, due=date(2026, 11, 10), key=None, boleto=""):
    return Title(number, debtor, key or f"F{number}", due, cents, cents, boleto)


def book(*titles, charges=0, payers=(DAVI, SOL)):
    def asked(one, day):
        late = max((day - one.due_date).days, 0)
        return Owed(
            one.id, one.due_date, one.open_cents, charges if late else 0, 0, 0, max(2, late)
        )

    return Book(titles, payers, asked)


def found(credit, where):
    return reconciliation.proposals(credit, where)


def test_the_code_of_our_pix_is_certain_also_for_a_part():
    where = book(title(7, 1, 100_00), title(8, 1, 100_00))
    for cents in (100_00, 40_00):
        (best,) = found(Credit(1, cents, DAY, txid="REC7D261110"), where)
        assert (best.is_certain, best.debtor_id, best.receivable_ids) == (True, 1, (7,))
    more = found(Credit(1, 150_00, DAY, txid="REC7D261110"), where)
    assert more[0].receivable_ids == (7,)
    assert not more[0].is_certain


def test_the_code_of_a_balance_is_certain_for_all_of_it():
    where = book(title(7, 1, 100_00), title(8, 1, 50_00))
    (best,) = found(Credit(1, 150_00, DAY, txid="CLI1D261110"), where)
    assert (best.is_certain, best.receivable_ids) == (True, (7, 8))
    assert not found(Credit(1, 90_00, DAY, txid="CLI1D261110"), where)[0].is_certain
    assert found(Credit(1, 90_00, DAY, txid="CLI99D261110"), where) == []


def test_the_banks_number_is_found_in_the_boleto():
    where = book(title(7, 1, 100_00, boleto="0000001234567890123456789"), title(8, 2, 100_00))
    (best,) = found(Credit(1, 100_00, DAY, bank_reference="0001234567890"), where)
    assert (best.is_certain, best.receivable_ids) == (True, (7,))
    assert not found(Credit(1, 70_00, DAY, bank_reference="0001234567890"), where)[0].is_certain


def test_the_creditors_number_needs_the_value_of_the_title():
    where = book(title(7, 1, 100_00, key="55"))
    sure = Credit(1, 103_00, DAY, creditor_reference="0000055", title_cents=100_00)
    assert found(sure, where)[0].is_certain
    assert not found(sure._replace(title_cents=90_00), where)[0].is_certain
    twice = book(title(7, 1, 100_00, key="55"), title(8, 2, 100_00, key="55"))
    both = found(sure, twice)
    assert {one.debtor_id for one in both} == {1, 2}
    assert not any(one.is_certain for one in both)
    assert reconciliation.likely_debtors(both) == (1, 2)


@pytest.mark.parametrize(("cents", "certain"), [(102_00, True), (102_10, True), (102_11, False)])
def test_banks_round_late_charges_differently(cents, certain):
    where = book(title(7, 1, 100_00), charges=2_00)
    best = found(Credit(1, cents, DAY, payer_document=DAVI.document), where)[0]
    assert best.is_certain is certain


def test_a_document_is_certain_where_only_one_sum_fits():
    where = book(title(7, 1, 100_00), title(8, 1, 50_00), title(9, 1, 30_00))
    credit = Credit(1, 150_00, DAY, payer_document="529.982.247-25")
    (best,) = found(credit, where)
    assert (best.is_certain, best.receivable_ids) == (True, (7, 8))
    equal = book(title(7, 1, 100_00), title(8, 1, 100_00))
    two = found(credit._replace(amount_cents=100_00), equal)
    assert [one.receivable_ids for one in two] == [(7,), (8,)]
    assert not any(one.is_certain for one in two)


def test_names_and_amounts_are_never_certain():
    where = book(title(7, 1, 100_00), title(8, 2, 77_70))
    (best,) = found(Credit(1, 100_00, DAY, "PIX RECEBIDO DAVI LIMA SOUZA 20/11"), where)
    assert best.receivable_ids == (7,)
    assert not best.is_certain
    assert len(best.reasons) == 3
    assert reconciliation.likely_debtors([best]) == (1,)
    (alone,) = found(Credit(2, 77_70, DAY, "TED"), where)
    assert (alone.debtor_id, alone.is_certain) == (2, False)
    assert found(Credit(3, 12_34, DAY, "PIX DE LIMA"), where) == []


def test_a_known_payer_of_another_amount_is_proposed_with_all_that_is_owed():
    where = book(title(7, 1, 100_00), title(8, 1, 50_00))
    (best,) = found(Credit(1, 20_00, DAY, "PIX DAVI LIMA SOUZA"), where)
    assert (best.receivable_ids, best.is_certain) == ((7, 8), False)


def test_what_a_person_has_undone_is_never_certain_again():
    where = book(title(7, 1, 100_00))
    again = found(Credit(1, 100_00, DAY, txid="REC7D261110", by_hand=True), where)
    assert again[0].receivable_ids == (7,)
    assert not again[0].is_certain


def test_what_one_credit_has_claimed_is_not_proposed_to_the_next():
    where = book(title(7, 1, 100_00))
    credit = Credit(1, 100_00, DAY, txid="REC7D261110")
    where.claim(found(credit, where)[0])
    assert found(credit._replace(id=2), where) == []
