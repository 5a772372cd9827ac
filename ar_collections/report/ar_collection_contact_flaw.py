from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

KINDS = [
    ("bounce", "E-mail came back"),
    ("wrong_number", "Wrong number"),
    ("wrong_contact", "Wrong contact"),
    ("no_address", "No address"),
    ("no_email", "No e-mail address"),
    ("no_phone", "No telephone number"),
]


class ArCollectionContactFlaw(models.Model):
    """Contacts to mend: what keeps a debtor from being reached. A row goes when the contact is
    mended, or when somebody says that it is right as it is."""

    _name = "ar.collection.contact.flaw"
    _inherit = ["ar.collection.debtor.mixin"]
    _description = "Contact to Mend"
    _auto = False
    _order = "amount desc, id"
    _rec_name = "partner_id"
    _depends = {
        "ar.collection": ["partner_id", "company_id", "currency_id", "total_overdue", "user_id"],
        "ar.collection.call": ["collection_id", "contact_id", "number", "result_id", "reached"],
        "ar.collection.call.result": ["outcome"],
        "ar.collection.contact.checked": ["collection_id", "kind", "value"],
        "ar.collection.notice": ["collection_id", "contact_id", "email_to", "failure", "state"],
        "res.partner": [
            "active",
            "city",
            "commercial_partner_id",
            "country_id",
            "email_normalized",
            "phone",
            "street",
            "type",
        ],
    }

    kind = fields.Selection(KINDS, string="What is wrong", readonly=True)
    collection_id = fields.Many2one("ar.collection", string="Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Debtor", readonly=True)
    contact_id = fields.Many2one("res.partner", readonly=True)
    value = fields.Char(string="Address or number", readonly=True)
    date = fields.Date(string="Noticed", readonly=True, help="Empty: it was never there.")
    amount = fields.Monetary(string="Overdue", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    user_id = fields.Many2one("res.users", string="Collector", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    what = fields.Char(string="What helps", compute="_compute_what")

    def _compute_what(self):
        texts = {
            "bounce": self.env._("Mend the address, then retry under Delivery problems."),
            "wrong_number": self.env._("Find the right number: website, invoice, salesperson."),
            "wrong_contact": self.env._("Find out who pays the invoices there."),
            "no_address": self.env._("No notice can leave. Ask for e-mail or postal address."),
            "no_email": self.env._("Only letters can leave. Ask for the e-mail address."),
            "no_phone": self.env._("Nobody can call. Find the number."),
        }
        for row in self:
            row.what = texts[row.kind]

    # === SQL === #
    @property
    def _table_query(self):
        return SQL(
            """
            SELECT flaw.id, flaw.kind, flaw.collection_id, flaw.contact_id, flaw.value, flaw.date,
                   account.partner_id, account.user_id, account.company_id, account.currency_id,
                   account.total_overdue AS amount
              FROM (%(bounced)s UNION ALL %(wrong)s UNION ALL %(missing)s) flaw
              JOIN ar_collection account ON account.id = flaw.collection_id
             WHERE account.total_due > 0
               AND NOT EXISTS (SELECT FROM ar_collection_contact_checked checked
                                WHERE checked.collection_id = flaw.collection_id
                                  AND checked.kind = flaw.kind
                                  AND checked.value IS NOT DISTINCT FROM flaw.value)
            """,
            bounced=self._bounced_sql(),
            wrong=self._wrong_sql(),
            missing=self._missing_sql(),
        )

    def _bounced_sql(self):
        """Contacts whose address is still the one from which a notice came back."""
        return SQL(
            """
            SELECT max(notice.id) * 8 AS id, 'bounce' AS kind, notice.collection_id,
                   notice.contact_id, notice.email_to AS value, max(notice.date) AS date
              FROM ar_collection_notice notice
              JOIN res_partner contact ON contact.id = notice.contact_id
                   AND contact.active AND contact.email_normalized = notice.email_to
             WHERE notice.state = 'failed' AND notice.failure = 'bounce'
             GROUP BY notice.collection_id, notice.contact_id, notice.email_to
            """
        )

    def _wrong_sql(self):
        """The last call of a contact found the number or the person wrong, and the number is
        still the same."""
        return SQL(
            """
            SELECT call.id * 8 + 1, CASE WHEN call.reached = 'nobody' THEN 'wrong_number'
                                         ELSE 'wrong_contact' END,
                   call.collection_id, call.contact_id,
                   coalesce(nullif(call.number, ''), contact.phone), call.date::date
              FROM (SELECT DISTINCT ON (collection_id, contact_id) *
                      FROM ar_collection_call
                     WHERE channel = 'phone'
                     ORDER BY collection_id, contact_id, date DESC, id DESC) call
              JOIN ar_collection_call_result result ON result.id = call.result_id
                   AND result.outcome = 'wrong_contact'
              JOIN ar_collection account ON account.id = call.collection_id
              JOIN res_partner contact
                ON contact.id = coalesce(call.contact_id, account.partner_id) AND contact.active
              JOIN res_partner debtor ON debtor.id = account.partner_id
             WHERE call.reached != 'nobody' OR coalesce(call.number, '') = ''
                OR regexp_replace(call.number, '[^0-9]', '', 'g') IN (
                   regexp_replace(contact.phone, '[^0-9]', '', 'g'),
                   regexp_replace(debtor.phone, '[^0-9]', '', 'g'))
            """
        )

    def _missing_sql(self):
        """Overdue debtors who cannot be written to, mailed or called."""
        return SQL(
            """
            SELECT missing.id * 8 + CASE missing.kind WHEN 'no_phone' THEN 3 ELSE 2 END,
                   missing.kind, missing.id, NULL::int, NULL, NULL::date
              FROM (SELECT account.id,
                           unnest(ARRAY[
                               CASE WHEN reach.email THEN NULL
                                    WHEN reach.postal THEN 'no_email' ELSE 'no_address' END,
                               CASE WHEN reach.phone THEN NULL ELSE 'no_phone' END]) AS kind
                      FROM ar_collection account
                      JOIN LATERAL (
                          SELECT bool_or(contact.email_normalized IS NOT NULL) AS email,
                                 bool_or(coalesce(contact.phone, '') != '') AS phone,
                                 bool_or(contact.street != '' AND contact.city != ''
                                         AND contact.country_id IS NOT NULL) AS postal
                            FROM res_partner contact
                           WHERE contact.commercial_partner_id = account.partner_id
                             AND (contact.id = account.partner_id
                                  OR contact.type IN ('ar_collections', 'invoice')
                                  AND contact.active)) reach ON TRUE
                     WHERE account.total_overdue > 0
                       AND NOT (reach.email AND reach.phone)) missing
             WHERE missing.kind IS NOT NULL
            """
        )

    # === ACTIONS === #
    def action_open_contact(self):
        """The contact, to be mended."""
        self.ensure_one()
        self.check_access("read")
        contact = self.contact_id or self.collection_id.contact_id or self.partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mend the contact"),
            "res_model": "res.partner",
            "res_id": contact.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_log_call(self):
        """Call the debtor to ask for the right address or number."""
        self.ensure_one()
        self.check_access("read")
        return self.collection_id.action_log_call()

    def action_ask(self):
        """Put these debtors on the worklist of today: the contact is to be asked for."""
        self.check_access("read")
        for company, rows in self.grouped("company_id").items():
            rows.collection_id.write(
                {
                    "next_action": self.env._("Find the right contact"),
                    "next_action_date": company._ar_today(),
                }
            )
        return True

    def action_is_right(self):
        """It is right as it is: not listed again unless the address or number changes.

        :raises UserError: an address from which mail came back is settled with its notice.
        """
        self.check_access("read")
        self.collection_id.check_access("write")
        if bounced := self.filtered(lambda row: row.kind == "bounce")[:1]:
            raise UserError(
                self.env._(
                    "Mail to %(address)s came back. Please mend the address, or dismiss the notice "
                    "under Delivery problems.",
                    address=bounced.value,
                )
            )
        # sudo: kept by this action only, for debtors the user may work
        self.env["ar.collection.contact.checked"].sudo().create(
            [
                {"collection_id": row.collection_id.id, "kind": row.kind, "value": row.value}
                for row in self
            ]
        )
        return True
