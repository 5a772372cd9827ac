from odoo import fields, models
from odoo.tools import SQL

from ..models.ar_collection_contact import CHANNELS

KINDS = [
    ("attempt", "Attempt"),
    ("conversation", "Conversation"),
    ("inbound", "From the debtor"),
    ("other", "Other contact"),
    ("notice", "Notice"),
    ("statement", "Statement"),
    ("override", "Override"),
]
CODES = [
    ("hours", "Outside the hours"),
    ("weekday", "Not on this weekday"),
    ("holiday", "Public holiday"),
    ("quiet", "Quiet days"),
    ("attempts", "Too many attempts"),
    ("legal_stop", "Legal stop"),
    ("do_not_contact", "Do not contact"),
    ("deceased", "Deceased"),
    ("insolvent", "Insolvent"),
    ("attorney", "Attorney only"),
    ("written_only", "Written contact only"),
    ("opted_out", "Opted out"),
    ("channel", "Channel not allowed"),
]


class ArCollectionContactLog(models.Model):
    """Every contact and every override of a contact rule, in one list: the evidence that the
    rules were kept, or who allowed otherwise and why."""

    _name = "ar.collection.contact.log"
    _description = "Contacts and Overrides"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "collection_id"
    _depends = {
        "ar.collection.call": [
            "collection_id",
            "date",
            "channel",
            "direction",
            "is_attempt",
            "is_contact",
            "rule_code",
            "overridden",
            "user_id",
            "result_id",
        ],
        "ar.collection.notice": ["collection_id", "date_sent", "channel", "state", "user_id"],
        "ar.collection.statement": ["collection_id", "date_sent", "channel", "state", "user_id"],
        "ar.collection.audit": ["collection_id", "date", "event", "what", "reason", "user_id"],
    }

    kind = fields.Selection(KINDS, readonly=True)
    date = fields.Datetime(readonly=True)
    collection_id = fields.Many2one("ar.collection", string="Debtor", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Who", readonly=True)
    channel = fields.Char(string="Channel code", readonly=True)
    rule_code = fields.Selection(CODES, string="Against the rule", readonly=True)
    overridden = fields.Boolean(string="Allowed by a manager", readonly=True)
    what = fields.Char(readonly=True)
    reason = fields.Text(string="Why", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    channel_name = fields.Char(string="Channel", compute="_compute_channel_name")

    def _compute_channel_name(self):
        names = dict(CHANNELS) | dict(
            self.env["ar.collection.call"]._fields["channel"]._description_selection(self.env)
        )
        for row in self:
            row.channel_name = names.get(row.channel, row.channel)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT call.id * 4 AS id, call.date, call.collection_id, call.company_id,
                   CASE WHEN call.direction = 'in' THEN 'inbound'
                        WHEN call.is_contact THEN 'conversation'
                        WHEN call.is_attempt THEN 'attempt' ELSE 'other' END AS kind,
                   call.user_id, call.channel, nullif(call.rule_code, '') AS rule_code,
                   call.overridden,
                   coalesce(result.name ->> %(lang)s, result.name ->> 'en_US') AS what,
                   NULL::text AS reason, 'ar.collection.call' AS res_model, call.id AS res_id
              FROM ar_collection_call call
              JOIN ar_collection_call_result result ON result.id = call.result_id
             UNION ALL
            SELECT notice.id * 4 + 1, notice.date_sent, notice.collection_id, notice.company_id,
                   'notice', notice.user_id, notice.channel, NULL, FALSE,
                   concat_ws(' ', notice.level_name, notice.name), NULL,
                   'ar.collection.notice', notice.id
              FROM ar_collection_notice notice
             WHERE notice.state = 'sent' AND notice.date_sent IS NOT NULL
             UNION ALL
            SELECT statement.id * 4 + 3, statement.date_sent, statement.collection_id,
                   statement.company_id, 'statement', statement.user_id, statement.channel, NULL,
                   FALSE, statement.name, NULL, 'ar.collection.statement', statement.id
              FROM ar_collection_statement statement
             WHERE statement.state = 'sent' AND statement.date_sent IS NOT NULL
             UNION ALL
            SELECT audit.id * 4 + 2, audit.date, audit.collection_id, audit.company_id,
                   'override', audit.user_id, NULL, NULL, TRUE, audit.what, audit.reason,
                   audit.res_model, audit.res_id
              FROM ar_collection_audit audit
             WHERE audit.event = 'override' AND audit.res_model = 'ar.collection'
            """,
            lang=self.env.lang or "en_US",
        )

    def action_open_record(self):
        """Open what the entry is about."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
            "target": "new" if self.res_model == "ar.collection.call" else "current",
        }
