"""Jobs of reports: making a document, sending it to its readers, sending the portfolio."""

from datetime import UTC, datetime

from bpo.gateways import outside
from bpo.gateways.outside import Outside
from bpo.gateways.report_mail import Sender
from bpo.kernel import actor
from bpo.services.insight import portfolio_deliveries, report_deliveries, reports
from bpo.services.insight.report_deliveries import Post


def build_report(workspace_id: int, run_id: int) -> None:
    """Make the document of a run, unless that was done."""
    here = outside.current()
    reports.build(
        actor.system([workspace_id], name="worker"),
        workspace_id,
        run_id,
        bpo_name=here.settings.bpo_name,
        now=datetime.now(UTC),
        queue=here.queue,
    )


def send_reports(workspace_id: int) -> None:
    """Send the reports of a workspace that wait for half a minute."""
    here = outside.current()
    try:
        report_deliveries.send(
            actor.system([workspace_id], name="worker"),
            workspace_id,
            post=_post(here),
            queue=here.queue,
            clock=lambda: datetime.now(UTC),
        )
    finally:
        here.mail.close()


def send_portfolios() -> None:
    """Send the portfolios that are due, each as its reader may see it."""
    here = outside.current()
    try:
        portfolio_deliveries.send(post=_post(here), clock=lambda: datetime.now(UTC))
    finally:
        here.mail.close()


def _post(here: Outside) -> Post:
    settings = here.settings
    return Post(here.mail, Sender(settings.bpo_name, settings.mail_sender), settings.base_url)
