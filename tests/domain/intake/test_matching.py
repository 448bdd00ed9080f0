"""Which debtor a row means: numbers decide, documents where there is no number, names never."""

from bpo.domain.intake.matching import Known, Named, Register

CNPJ, OTHER_CNPJ, CPF = "11222333000181", "19131243000197", "52998224725"


def named(ref: str, document: str | None = None) -> Named:
    return Named(ref, ref, document)


def test_a_customer_number_is_found_with_its_leading_zeros_lost() -> None:
    register = Register([Known(1, "000123", None)])
    assert register.find(named("123")) == Known(1, "000123", None)
    assert register.find(named("124")) is None


def test_numbers_that_differ_by_zeros_alone_are_told_apart_when_written_in_full() -> None:
    register = Register([Known(1, "7", None), Known(2, "007", None)])
    assert register.find(named("007")) == Known(2, "007", None)
    assert register.find(named("07")) == Known(1, "7", None)


def test_a_row_without_a_number_is_known_by_its_document() -> None:
    register = Register([Known(1, "C-1", CNPJ)])
    assert register.find(named(CNPJ, CNPJ)) == Known(1, "C-1", CNPJ)
    assert register.find(named(OTHER_CNPJ, OTHER_CNPJ)) is None


def test_a_debtor_registered_by_document_alone_is_found_by_number_and_document() -> None:
    register = Register([Known(1, CNPJ, CNPJ)])
    assert register.find(named("C-1", CNPJ)) == Known(1, CNPJ, CNPJ)


def test_a_number_that_is_itself_a_document_means_its_holder() -> None:
    register = Register([Known(1, CNPJ, CNPJ)])
    assert register.find(Named("11222333000181", "11.222.333/0001-81", None)).id == 1  # type: ignore[union-attr]


def test_two_numbers_with_one_document_stay_two_debtors_and_only_the_first_has_it() -> None:
    register = Register([Known(1, "pupil 1", CPF)])
    second = named("pupil 2", CPF)
    assert register.find(second) is None
    assert register.new_document(None, second) is None
    assert register.other_holder(None, second) == Known(1, "pupil 1", CPF)


def test_the_creditors_own_document_is_nobodys() -> None:
    register = Register([Known(1, "C-1", CNPJ)], ignored=[CNPJ])
    walk_in = named("C-2", CNPJ)
    assert register.find(walk_in) is None
    assert register.new_document(None, walk_in) is None
    assert register.other_holder(None, walk_in) is None


def test_what_a_file_adds_is_found_from_then_on() -> None:
    register = Register([Known(1, CNPJ, CNPJ)])
    register.put(Known(1, "C-1", CNPJ))
    assert register.find(named("C-1")) == Known(1, "C-1", CNPJ)
    assert register.find(named(CNPJ, CNPJ)) == Known(1, "C-1", CNPJ)
    assert register.find(named("C-2", CNPJ)) is None
