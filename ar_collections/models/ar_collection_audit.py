from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

EVENTS = [
    ("approval", "Approval"),
    ("refusal", "Refusal"),
    ("override", "Override"),
    ("waiver", "Waiver"),
    ("merge", "Merge"),
    ("right", "Rights"),
    ("correction", "Correction"),
]


class ArCollectionAudit(models.Model):
    """The one append-only list of approvals, overrides, waivers and merges.

    Nobody changes or deletes an entry, the program itself included: a trigger of the
    database refuses it. Only the account an entry points to follows a merge of debtors.
    """

    _name = "ar.collection.audit"
    _description = "Audit Entry"
    _order = "id desc"
    _log_access = False
    _rec_name = "what"

    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, index=True)
    event = fields.Selection(EVENTS, required=True, readonly=True)
    what = fields.Char(required=True, readonly=True)
    reason = fields.Text(string="Why", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Who", required=True, readonly=True, ondelete="restrict"
    )
    behalf_id = fields.Many2one(
        "res.users", string="On behalf of", readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(readonly=True, help="In company currency.")
    collection_id = fields.Many2one(
        "ar.collection",
        string="Debtor",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    approval_id = fields.Many2one(
        "ar.collection.approval", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    self_approved = fields.Boolean(
        string="By who asked", readonly=True, help="The one who asked has decided as well."
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True)

    def init(self):
        """Guard the table itself: SQL of whatever module cannot rewrite history either."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION ar_collection_audit_guard() RETURNS trigger AS $guard$
                BEGIN
                    IF TG_OP = 'UPDATE'
                       AND to_jsonb(NEW) - 'collection_id' = to_jsonb(OLD) - 'collection_id'
                       AND NEW.collection_id IS NOT NULL THEN
                        RETURN NEW;  -- two debtors were merged
                    END IF;
                    RAISE EXCEPTION 'The audit list of collections cannot be changed.';
                END $guard$ LANGUAGE plpgsql;
                CREATE OR REPLACE TRIGGER ar_collection_audit_guard
                    BEFORE UPDATE OR DELETE ON ar_collection_audit
                    FOR EACH ROW EXECUTE FUNCTION ar_collection_audit_guard();
                """
            )
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("An entry of the audit list cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An entry of the audit list cannot be deleted."))

    @api.model
    def _log(self, records, event, what, reason=None):
        """Add an entry for each record.

        :param records: recordset with ``company_id``, and ``collection_id`` if it has one.
        :param str event: one of ``EVENTS``. :param what: what was done, a sentence, or a
            function of the record that gives one.
        """
        # sudo: nobody may write the list by hand
        return self.sudo().create(
            [
                {
                    "event": event,
                    "what": what(record) if callable(what) else what,
                    "reason": reason,
                    "user_id": self.env.uid,
                    "company_id": record.sudo().company_id._ar_root().id,  # branches
                    "collection_id": self._account_of(record).id,
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for record in records
            ]
        )

    @api.model
    def _account_of(self, record):
        if record._name == "ar.collection":
            return record
        return (
            record.sudo()["collection_id"]  # the entry names the debtor, whoever acts
            if "collection_id" in record._fields
            else record.env["ar.collection"]
        )

    def action_open_record(self):
        """Open what the entry is about."""
        self.ensure_one()
        self.check_access("read")
        if (
            self.res_model not in self.env
            or not self.env[self.res_model].browse(self.res_id).exists()
        ):
            raise UserError(self.env._("What this entry is about is no longer there."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
