from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import bounce

KINDS = [
    ("unknown", "Delivery unknown"),
    ("bounce", "Came back"),
    ("refused", "Refused by the mail server"),
    ("error", "Could not be made"),
    ("no_address", "No address"),
]
#: Kinds of which the error tells more.
SAYS = ("bounce", "refused", "error")


class ArCollectionProblem(models.Model):
    """Delivery problems: every notice that did not arrive, and every debtor whom the last
    run could not write to. A row is settled by what is done about it."""

    _name = "ar.collection.problem"
    _description = "Delivery Problem"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _depends = {
        "ar.collection.notice": ["state", "failure", "delivery_unknown", "error", "collection_id"],
        "ar.collection.decision": ["reason", "dismissed", "run_id"],
        "ar.collection.run": ["state", "simulation"],
        "ar.collection": ["user_id", "partner_id"],
    }

    kind = fields.Selection(KINDS, string="Problem", readonly=True)
    notice_id = fields.Many2one("ar.collection.notice", readonly=True)
    decision_id = fields.Many2one("ar.collection.decision", readonly=True)
    collection_id = fields.Many2one("ar.collection", string="Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", readonly=True)
    user_id = fields.Many2one("res.users", string="Collector", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    level_name = fields.Char(string="Level", readonly=True)
    channel = fields.Selection(
        lambda self: self.env["ar.collection.notice"]._fields["channel"].selection, readonly=True
    )
    address = fields.Char(readonly=True)
    amount = fields.Monetary(
        readonly=True, help="The claim; where there is no address, what is overdue."
    )
    date = fields.Date(readonly=True)
    error = fields.Text(readonly=True)
    what = fields.Text(string="What happened", compute="_compute_what")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT notice.id * 2 AS id, coalesce(notice.failure, 'error') AS kind,
                   notice.id AS notice_id, NULL::int AS decision_id, notice.collection_id,
                   account.partner_id, account.user_id, notice.company_id, notice.level_name,
                   notice.channel, coalesce(notice.email_to, notice.postal_address) AS address,
                   notice.amount, notice.date, notice.error
              FROM ar_collection_notice notice
              JOIN ar_collection account ON account.id = notice.collection_id
             WHERE notice.state = 'failed'
             UNION ALL
            SELECT decision.id * 2 + 1, 'no_address', NULL, decision.id, decision.collection_id,
                   account.partner_id, account.user_id, decision.company_id, NULL,
                   NULL, place.complete_name, decision.overdue, run.date, NULL
              FROM ar_collection_decision decision
              JOIN ar_collection account ON account.id = decision.collection_id
              JOIN ar_collection_run run ON run.id = decision.run_id
              LEFT JOIN res_partner place ON place.id = decision.address_id
             WHERE decision.reason = 'no_address' AND decision.dismissed IS NULL
               AND run.id = (SELECT max(last.id) FROM ar_collection_run last
                              WHERE last.company_id = run.company_id AND last.state = 'done'
                                AND last.simulation IS NOT TRUE)
               AND NOT EXISTS (SELECT 1 FROM ar_collection_notice notice
                                WHERE notice.collection_id = decision.collection_id
                                  AND coalesce(notice.address_id = decision.address_id, TRUE)
                                  AND notice.state = 'failed')
            """
        )

    @api.depends("kind", "address", "error")
    def _compute_what(self):
        for problem in self:
            words = bounce.words(problem.error) if problem.kind in SAYS else ""
            problem.what = "\n".join(filter(None, [problem._explain(), words]))

    def _explain(self):
        """What happened, and what helps, in plain words."""
        address = self.address or ""
        match self.kind:
            case "bounce":
                return self.env._(
                    "The e-mail to %(address)s came back. Mend the address and retry, or use "
                    "another channel.",
                    address=address,
                )
            case "refused":
                return self.env._(
                    "The mail server did not take the e-mail to %(address)s. Nothing has left.",
                    address=address,
                )
            case "unknown":
                return self.env._(
                    "The connection broke: the e-mail to %(address)s may or may not have left. "
                    "Look in the log of the mail server, or ask the debtor.",
                    address=address,
                )
            case "no_address":
                return self.env._(
                    "No usable address for the channels of the level. Complete the contact, then "
                    "retry."
                )
        return self.env._("The notice could not be made. Mend what is named, then retry.")

    # === ACTIONS === #
    def action_retry(self):
        """Send again; where there was no address, decide again."""
        notices, decisions = self._checked()
        if notices:
            notices.action_retry()
        for run, own in decisions.grouped("run_id").items():
            run._decide_again(own)
        return True

    def action_other_channel(self):
        """Send the same claims through another channel."""
        notices, decisions = self._checked()
        if decisions:
            raise UserError(
                self.env._(
                    "%(debtor)s has no address for any channel of the level. Please complete the "
                    "contact, then retry.",
                    debtor=decisions[0].partner_id.display_name,
                )
            )
        notices._send_otherwise()
        return True

    def action_confirm_sent(self):
        """Notices of unknown delivery did leave."""
        notices, decisions = self._checked()
        if decisions or not all(notices.mapped("delivery_unknown")):
            raise UserError(
                self.env._("Only a notice of unknown delivery can be confirmed as sent.")
            )
        return notices.action_confirm_sent()

    def action_dismiss(self):
        """Ask why nothing more is to be done."""
        self._checked()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_problem_dismiss_action"
        )
        return {**action, "context": {"default_problem_ids": self.ids}}

    def action_open(self):
        """The notice, or the debtor whom nothing could be written to."""
        self.check_access("read")
        record = self[:1].notice_id or self[:1].collection_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _dismiss(self, reason):
        notices, decisions = self._checked()
        if notices:
            notices._dismiss(reason)
        decisions._dismiss(reason)

    def _checked(self):
        """The notices and the decisions behind these rows, for a manager only."""
        self.env["ar.collection.notice"]._check_manager()
        self.check_access("read")
        return self.notice_id, self.decision_id
