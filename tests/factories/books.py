"""A small book to look at through the browser: Davi with one late and one coming invoice."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bpo.kernel import clock
from tests.factories import debts

TODAY = clock.local_day(datetime.now(UTC), "America/Sao_Paulo")
LATE = TODAY - timedelta(days=40)


def davi(session, workspace):
    """Who owes R$ 1.000,00 since forty days and R$ 500,00 in twenty."""
    found = debts.debtor(session, workspace, reference="0042", city="Santos")
    debts.receivable(session, found, "NF-1", due=LATE, cents=1_000_00)
    debts.receivable(session, found, "NF-2", due=TODAY + timedelta(days=20), cents=500_00)
    return found


class Browser:
    """Opens pages and sends their forms, token and all."""

    def __init__(self, client, place):
        self.client, self.place = client, place

    def open(self, path, **query):
        return self.client.get(self.place + path, query_string=query)

    def send(self, page, to, **fields):
        form = self.open(page).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert token, f"{page} has no form"
        return self.client.post(self.place + to, data={"csrf_token": token[1], **fields})

    def act(self, debtor, to, **fields):
        return self.send(f"/debtors/{debtor.id}", f"/debtors/{debtor.id}/{to}", **fields)


def count(session, table):
    session.expire_all()
    return session.scalar(select(func.count()).select_from(table))
