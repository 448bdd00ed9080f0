"""The names of background jobs and the lanes that carry them; jobs carry ids and dates only."""

from dataclasses import dataclass
from enum import StrEnum


class Queue(StrEnum):
    """Lanes of work, most urgent first; every worker serves them in this order."""

    SENDING = "sending"
    DEFAULT = "default"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class JobSpec:
    """Where a job's function lives and which lane carries it."""

    function: str
    queue: Queue


class Job(StrEnum):
    """Every job the program may ask for."""

    SEND_ACCOUNT_MAIL = "send_account_mail"
    SEND_PAGE_LINK = "send_page_link"
    SWEEP_ACCOUNT_MAILS = "sweep_account_mails"
    APPLY_IMPORT = "apply_import"
    KNOW_THE_BOOK = "know_the_book"
    PLAN_CAMPAIGNS = "plan_campaigns"
    SIMULATE_CAMPAIGN = "simulate_campaign"
    SEND_DELIVERIES = "send_deliveries"
    SWEEP_DELIVERIES = "sweep_deliveries"
    REFRESH_SCORES = "refresh_scores"
    REFRESH_SNAPSHOTS = "refresh_snapshots"
    READ_MAILBOX = "read_mailbox"
    KEEP_PIX_CHARGES = "keep_pix_charges"
    ISSUE_SUBSCRIPTIONS = "issue_subscriptions"
    JUDGE_AGREEMENTS = "judge_agreements"
    WRITE_AGREEMENTS = "write_agreements"
    SEND_APPROVAL_MAILS = "send_approval_mails"
    BUILD_REPORT = "build_report"
    SEND_REPORTS = "send_reports"
    SEND_PORTFOLIOS = "send_portfolios"


SPECS: dict[Job, JobSpec] = {
    Job.SEND_ACCOUNT_MAIL: JobSpec("workers.accounts.send_account_mail", Queue.SENDING),
    Job.SEND_PAGE_LINK: JobSpec("workers.pages.send_page_link", Queue.SENDING),
    Job.SWEEP_ACCOUNT_MAILS: JobSpec("workers.accounts.sweep_account_mails", Queue.DEFAULT),
    Job.APPLY_IMPORT: JobSpec("workers.imports.apply_import", Queue.DEFAULT),
    Job.KNOW_THE_BOOK: JobSpec("workers.upkeep.know_the_book", Queue.DEFAULT),
    Job.PLAN_CAMPAIGNS: JobSpec("workers.campaigns.plan_campaigns", Queue.DEFAULT),
    Job.SIMULATE_CAMPAIGN: JobSpec("workers.campaigns.simulate_campaign", Queue.DEFAULT),
    Job.SEND_DELIVERIES: JobSpec("workers.deliveries.send_deliveries", Queue.SENDING),
    Job.SWEEP_DELIVERIES: JobSpec("workers.deliveries.sweep_deliveries", Queue.DEFAULT),
    Job.REFRESH_SCORES: JobSpec("workers.scores.refresh_scores", Queue.BULK),
    Job.REFRESH_SNAPSHOTS: JobSpec("workers.snapshots.refresh_snapshots", Queue.BULK),
    Job.READ_MAILBOX: JobSpec("workers.mailboxes.read_mailbox", Queue.DEFAULT),
    Job.KEEP_PIX_CHARGES: JobSpec("workers.pix.keep_pix_charges", Queue.DEFAULT),
    Job.ISSUE_SUBSCRIPTIONS: JobSpec("workers.subscriptions.issue_subscriptions", Queue.DEFAULT),
    Job.JUDGE_AGREEMENTS: JobSpec("workers.agreements.judge_agreements", Queue.DEFAULT),
    Job.WRITE_AGREEMENTS: JobSpec("workers.agreements.write_agreements", Queue.DEFAULT),
    Job.SEND_APPROVAL_MAILS: JobSpec("workers.approvals.send_approval_mails", Queue.SENDING),
    Job.BUILD_REPORT: JobSpec("workers.reports.build_report", Queue.BULK),
    Job.SEND_REPORTS: JobSpec("workers.reports.send_reports", Queue.SENDING),
    Job.SEND_PORTFOLIOS: JobSpec("workers.reports.send_portfolios", Queue.BULK),
}
