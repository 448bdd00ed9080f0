"""Tables: columns, constraints and keys, nothing else. Importing this names them all."""

from bpo.models.agreement import Agreement, AgreementAcceptance, AgreementReceivable
from bpo.models.approval import ApprovalMail, ApprovalRequest
from bpo.models.attachment import Attachment
from bpo.models.audit import AuditEntry
from bpo.models.bank import BankAccount, BankLine, BankMatch, BankSuggestion
from bpo.models.boleto import Boleto
from bpo.models.bulk_act import BulkAct, BulkActRow
from bpo.models.campaign import (
    Campaign,
    CampaignVersion,
    Message,
    PlanRun,
    Skip,
    Task,
    Touch,
    TouchReceivable,
)
from bpo.models.channel import ChannelSetting, DeliveryEvent, IncomingMessage
from bpo.models.debtor import Contact, Debtor, Dispute, Hold, Note, OptOut, Promise
from bpo.models.legal_rate import IndexRate, LegalRate
from bpo.models.page_act import Feedback, PageAct
from bpo.models.pix import PixCharge
from bpo.models.portfolio_mail import PortfolioDelivery, PortfolioSchedule
from bpo.models.receivable import Entry, Import, Payment, Receivable, Refund, StoredFile
from bpo.models.report import ReportDelivery, ReportReader, ReportRun, ReportSchedule
from bpo.models.score import DebtorChance, Score, ScoreModel
from bpo.models.simulation import Simulation
from bpo.models.snapshot import CarriedFigures, MetricSnapshot, ReachChange, SnapshotChange
from bpo.models.subscription import (
    Subscription,
    SubscriptionPause,
    SubscriptionPeriod,
    SubscriptionPrice,
)
from bpo.models.user import AccessEntry, Membership, SignedLink, User
from bpo.models.wording import CampaignDraft, Guide, MessageText, Remark
from bpo.models.workspace import (
    ContactRules,
    FreshnessMark,
    LocalHoliday,
    PaymentMethod,
    PolicyVersion,
    Workspace,
)

__all__ = [
    "AccessEntry",
    "Agreement",
    "AgreementAcceptance",
    "AgreementReceivable",
    "ApprovalMail",
    "ApprovalRequest",
    "Attachment",
    "AuditEntry",
    "BankAccount",
    "BankLine",
    "BankMatch",
    "BankSuggestion",
    "Boleto",
    "BulkAct",
    "BulkActRow",
    "Campaign",
    "CampaignDraft",
    "CampaignVersion",
    "CarriedFigures",
    "ChannelSetting",
    "Contact",
    "ContactRules",
    "Debtor",
    "DebtorChance",
    "DeliveryEvent",
    "Dispute",
    "Entry",
    "Feedback",
    "FreshnessMark",
    "Guide",
    "Hold",
    "Import",
    "IncomingMessage",
    "IndexRate",
    "LegalRate",
    "LocalHoliday",
    "Membership",
    "Message",
    "MessageText",
    "MetricSnapshot",
    "Note",
    "OptOut",
    "PageAct",
    "Payment",
    "PaymentMethod",
    "PixCharge",
    "PlanRun",
    "PolicyVersion",
    "PortfolioDelivery",
    "PortfolioSchedule",
    "Promise",
    "ReachChange",
    "Receivable",
    "Refund",
    "Remark",
    "ReportDelivery",
    "ReportReader",
    "ReportRun",
    "ReportSchedule",
    "Score",
    "ScoreModel",
    "SignedLink",
    "Simulation",
    "Skip",
    "SnapshotChange",
    "StoredFile",
    "Subscription",
    "SubscriptionPause",
    "SubscriptionPeriod",
    "SubscriptionPrice",
    "Task",
    "Touch",
    "TouchReceivable",
    "User",
    "Workspace",
]
