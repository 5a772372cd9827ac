import logging
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from odoo import api, models

from . import plan

_logger = logging.getLogger(__name__)

COMPANY = "Halden Instruments NV"
#: No tracking, no welcome mails: two years happen within a minute.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "no_reset_password": True,
}


@dataclass
class Made:
    """What was made so far, by the keys of the plan."""

    plan: plan.Plan
    company: models.BaseModel
    branch: models.BaseModel = None
    users: dict = field(default_factory=dict)
    partners: dict = field(default_factory=dict)
    contacts: dict = field(default_factory=dict)
    accounts: dict = field(default_factory=dict)  # of the ledger
    moves: dict = field(default_factory=dict)  # of documents
    receipts: dict = field(default_factory=dict)  # the receivable line of each
    entries: dict = field(default_factory=dict)
    collections: dict = field(default_factory=dict)  # ar.collection
    messages: list = field(default_factory=list)  # (notice or None, values)
    promises: models.BaseModel = None
    plans: models.BaseModel = None

    def item(self, key, part=1):
        """The receivable line of a part of a document, or of a receipt or an entry."""
        if key in self.moves:
            return receivable(self.moves[key])[part - 1]
        return self.receipts.get(key) or self.entries[key]

    def day(self, ago) -> date:
        return self.plan.today - timedelta(days=int(ago))


def receivable(move):
    """The receivable lines of a move, in the order of their due dates."""
    lines = move.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
    return lines.sorted(lambda line: (line.date_maturity or line.date, line.id))


def at(day, hour):
    """A moment of a day, as a field of type datetime takes it."""
    return datetime.combine(day, datetime.min.time()).replace(hour=hour)


class ArCollectionDemo(models.AbstractModel):
    """Makes the demo company out of the plan, through the ORM."""

    _name = "ar.collection.demo"
    _description = "Demo Company"

    @api.model
    def _load_company(self):
        """Make the demo company; does nothing when it is there already.

        :return: the company.
        """
        company = self.env["res.company"].search([("name", "=", COMPANY)], limit=1)
        if company:
            return company
        started = time.monotonic()
        quiet = self.with_context(**QUIET)
        made = quiet._make_company()
        # everything else is done as a user of the new company and its branch would
        own = quiet.with_context(allowed_company_ids=(made.company + made.branch).ids)
        for step in (
            own._make_parties,
            own._make_ledger,
            own._make_evidence,
            own._make_collecting,
            own._make_team,
            own._make_history,
            own._make_policies,
        ):
            step(made)
            self.env.flush_all()
            _logger.info("%s: %.1f s", step.__name__, time.monotonic() - started)
        return made.company

    @api.model
    def _make_policies(self, made):
        """A policy to be tried: what if each invoice address got a notice of its own?"""
        self.env["ar.collection.policy"].search(
            [("company_id", "=", made.company.id), ("dunned", "=", True)], limit=1
        ).copy({"name": "Standard, per invoice address", "notice_per": "address"})
