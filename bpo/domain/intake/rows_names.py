"""The names that columns go by in English and Portuguese, folded (lower case, no filler words)."""

from collections.abc import Mapping

from bpo.domain.intake.rows_records import Field

_NAMES: Mapping[Field, str] = {
    Field.DEBTOR_REF: """
        customerid customernumber custnumber customerno custno customercode custid customerref
        clientid clientnumber clientcode debtorid debtorref debtorcode debtornumber payerid
        idcliente codcliente codigocliente numerocliente ncliente nrocliente clienteid
        clientecodigo idsacado codsacado codigosacado idpagador codpagador codigopagador iddevedor
        coddevedor codigodevedor idaluno matricula
    """,
    Field.DEBTOR_DOCUMENT: """
        cpfcnpj cnpjcpf cnpj cpf cnpjcliente cpfcliente cpfcnpjcliente cnpjcpfcliente
        documentocliente doccliente cnpjsacado cpfsacado cpfcnpjsacado cnpjcpfsacado
        documentosacado cnpjpagador cpfcnpjpagador documentopagador cpfdevedor cpfcnpjdevedor
        documentodevedor taxid taxnumber customertaxid debtordocument
    """,
    Field.DEBTOR_NAME: """
        namecustomer customername clientname debtorname payername razaosocial nomecliente
        clientenome nomesacado nomepagador nomedevedor nomerazaosocial razaosocialnome nome name
        nomefantasia fantasia companyname company empresa aluno
    """,
    Field.DEBTOR_KIND: "flagpf tipopessoa pessoa tipocliente persontype debtorkind",
    Field.NUMBER: """
        invoicenumber invoiceno invoicenum invoiceid docid documentnumber docnumber documentno
        docno numerotitulo titulo numtitulo nrtitulo ntitulo idtitulo numerodocumento numdocumento
        nrdocumento ndocumento nodocumento iddocumento numerofatura fatura numfatura nfatura
        idfatura notafiscal nf nfe numeronf numeronfe nnf numeronota numeronotafiscal nronf nrnf
        nota duplicata numeroduplicata numero number num invoice seunumero boleto numeroboleto
        idboleto nossonumero
    """,
    Field.ISSUE_DATE: """
        invoicedate issuedate dateissued issued documentdate postingdate documentcreatedate
        billingdate billdate dataemissao dataemissaodocumento dtemissao dtemi emissao
        emissaodocumento emitido emitida datadocumento datafatura datanota datafaturamento
    """,
    Field.DUE_DATE: """
        duedate dueindate due paymentdue datedue datavencimento dtvencimento dtvencto datavencto
        dtvenc datavenc vencimento vencto venc vence datavencimentooriginal vencimentooriginal
        datavencimentodocumento datavencimentotitulo vencimentotitulo
    """,
    Field.AMOUNT: """
        invoiceamount amount invoicetotal totalopenamount convertedusd totalamount amountdue total
        faceamount facevalue valorpagar valortitulo valornominal valororiginal valordocumento
        valorfatura valorparcela valornota valornf valorboleto valorbruto valor vlrtitulo vltitulo
        vlrdocumento vlroriginal vlr vl valortotal vlrtotal valorreceber montante
    """,
    Field.BALANCE: """
        saldo saldodevedor saldoaberto valoraberto valoremaberto vlraberto openamount balance
        openbalance outstanding outstandingbalance
    """,
    Field.PAID_DATE: """
        settleddate settlementdate cleardate clearingdate paiddate datepaid paymentdate paidon
        paidat datapagamento dtpagamento dtpagto datapagto datapgto dtpgto pagoem recebidoem
        liquidadoem baixadoem databaixa dtbaixa dataliquidacao dtliquidacao datarecebimento
        dtrecebimento
    """,
    Field.PAID_AMOUNT: """
        paidamount amountpaid paymentamount settledamount amountreceived receivedamount valorpago
        vlrpago vlpago valorrecebido vlrrecebido valorpagamento valorliquidado valorbaixa
        valorbaixado totalpago
    """,
    Field.INSTALLMENT: """
        parcela numeroparcela numparcela nrparcela nparcela installment instalment
        installmentnumber
    """,
    Field.INSTALLMENTS: """
        parcelas totalparcelas qtdparcelas qtdeparcelas quantidadeparcelas numeroparcelas
        installments instalments installmentcount
    """,
    Field.EMAIL: """
        email emailcliente emailcobranca emailfinanceiro emailsacado emailcontato customeremail
        mail
    """,
    Field.PHONE: """
        celular whatsapp telefonecelular mobile mobilephone cellphone telefone fone tel phone
        phonenumber telefonecliente celularcliente
    """,
    Field.ADDRESS: "endereco logradouro address street enderecocliente",
    Field.CITY: "cidade municipio city cidadecliente",
    Field.STATE: "uf estado state ufcliente",
    Field.POSTAL_CODE: "cep postalcode zipcode zip cepcliente",
    Field.CURRENCY: "currency moeda invoicecurrency currencycode",
    Field.DESCRIPTION: "descricao description historico memo servico produto",
    Field.BOLETO_LINE: """
        boletoline linhadigitavel linhadigitavelboleto boletolinhadigitavel linhaboleto
        digitableline codigobarras codigobarrasboleto barcode
    """,
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RANKS = {
    alias: (rank, field)
    for field, names in _NAMES.items()
    for rank, alias in enumerate(names.split())
}
"""Name to its place among the names of a field (0 is the most telling) and the field."""

PEOPLE = _words("cliente customer client sacado pagador devedor debtor payer")
PAPERS = _words("documento document doc")
CODES = _words("codigo cod code id")
DAYS = _words("data date")
KINDS = _words("tipo type")
SETTLED = _words("pagamento pagto pgto baixa liquidacao recebimento payment settlement")
"""Names that mean one thing or another; the values of the column tell."""

DERIVED = _words("class classe open aberto overdue atraso dayslate diasatraso")
OWN = _words("openreceivables recebiveisaberto")
"""Columns of our own list of debtors that tell of one day; beside `OWN`, `DERIVED` are ours."""

FILLERS = _words("a ao as da das de del do dos em na no o of on or os ou para the to")
KIND_VALUES = _words(
    "x s sim n nao f j pf pj fisica juridica pessoa cpf cnpj person company individual"
)

LABELS: Mapping[Field, str] = {
    Field.DEBTOR_REF: "customer number, CPF or CNPJ",
    Field.DEBTOR_DOCUMENT: "CPF or CNPJ",
    Field.DEBTOR_NAME: "customer name",
    Field.DEBTOR_KIND: "person or company",
    Field.NUMBER: "document number",
    Field.ISSUE_DATE: "issue date",
    Field.DUE_DATE: "due date",
    Field.AMOUNT: "amount",
    Field.BALANCE: "open balance",
    Field.PAID_DATE: "payment date",
    Field.PAID_AMOUNT: "paid amount",
    Field.INSTALLMENT: "instalment",
    Field.INSTALLMENTS: "number of instalments",
    Field.EMAIL: "e-mail",
    Field.PHONE: "telephone",
    Field.ADDRESS: "address",
    Field.CITY: "city",
    Field.STATE: "state",
    Field.POSTAL_CODE: "postal code",
    Field.CURRENCY: "currency",
    Field.DESCRIPTION: "description",
    Field.BOLETO_LINE: "line of the boleto",
}
"""What each field is called for people, in English; the edge translates."""
