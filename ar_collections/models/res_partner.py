from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import prepared
from . import repeated

GROUPS = "ar_collections.group_ar_collection_user,ar_collections.group_ar_collection_readonly"


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = "res.partner"

    type = fields.Selection(
        selection_add=[("ar_collections", "Collections")],
        ondelete={"ar_collections": lambda partners: partners.write({"type": "other"})},
    )
    ar_collection_id = fields.Many2one(
        "ar.collection",
        string="Collection account",
        compute="_compute_ar_collection",
        groups=GROUPS,
    )
    ar_collection_ids = fields.One2many(
        "ar.collection", "partner_id", string="Collection accounts", groups=GROUPS
    )
    ar_user_id = fields.Many2one(
        "res.users",
        string="Collector",
        compute="_compute_ar_collection",
        inverse="_inverse_ar_user_id",
        domain="[('share', '=', False)]",
        groups=GROUPS,
    )
    ar_policy_id = fields.Many2one(
        "ar.collection.policy",
        string="Policy of this debtor",
        compute="_compute_ar_collection",
        inverse="_inverse_ar_policy_id",
        groups=GROUPS,
    )
    ar_contact_id = fields.Many2one(
        "res.partner",
        string="Contact for collections",
        compute="_compute_ar_collection",
        groups=GROUPS,
    )
    ar_currency_id = fields.Many2one(
        "res.currency", string="AR currency", compute="_compute_ar_collection", groups=GROUPS
    )
    ar_total_overdue = fields.Monetary(
        string="AR overdue",
        compute="_compute_ar_collection",
        currency_field="ar_currency_id",
        groups=GROUPS,
    )

    @api.depends_context("company")
    @api.depends("commercial_partner_id")
    def _compute_ar_collection(self):
        company = self.env.company._ar_root()
        accounts = self.env["ar.collection"].search(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", company.id),
            ]
        )
        by_partner = {account.partner_id.id: account for account in accounts}
        contacts = self.commercial_partner_id._ar_contacts()
        for partner in self:
            debtor_id = partner.commercial_partner_id.id
            account = by_partner.get(debtor_id, accounts.browse())
            partner.ar_collection_id = account
            partner.ar_user_id = account.user_id
            partner.ar_policy_id = account.own_policy_id
            partner.ar_contact_id = contacts.get(debtor_id, False)
            partner.ar_currency_id = company.currency_id
            partner.ar_total_overdue = account.total_overdue

    def _inverse_ar_user_id(self):
        for partner in self:
            partner._ar_account().user_id = partner.ar_user_id

    def _inverse_ar_policy_id(self):
        for partner in self:
            partner._ar_account().own_policy_id = partner.ar_policy_id

    def _ar_account(self):
        """The collection account of the partner in the current company, made if missing."""
        self.ensure_one()
        if self.ar_collection_id:
            return self.ar_collection_id
        # sudo: accounts are made by the machine only; here on behalf of who assigns a collector
        account = (
            self.env["ar.collection"]
            .sudo()
            .create(
                {
                    "partner_id": self.commercial_partner_id.id,
                    "company_id": self.env.company._ar_root().id,
                }
            )
        )
        self.env["ar.collection.queue"]._add(account.partner_id.ids)  # its policy and stage
        return account.with_env(self.env)

    def write(self, vals):
        moved = "parent_id" in vals or "is_company" in vals
        if moved:
            debtor_ids = self.commercial_partner_id.ids
            self.env["ar.collection.queue"]._add(debtor_ids, debtor_ids)
        result = super().write(vals)
        if moved:
            self.env["ar.collection.queue"]._add(self.ids, self.ids)
        return result

    def action_open_ar_collection(self):
        """Open the collection account of the partner in the current company."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.collection",
            "res_id": self.ar_collection_id.id,
            "views": [(False, "form")],
        }

    def _ar_contacts(self):
        """Whom to write to about each debtor's debts: dict id of the debtor -> ``res.partner``."""
        return {debtor: self.browse(contact) for debtor, contact in self._ar_contact_ids().items()}

    def _ar_contact_ids(self):
        """Whom to write to about each debtor's debts.

        Of the address of type *Collections*, the invoice address and the company contact,
        the first that has an e-mail address that is not blacklisted, else the first.

        :return: dict id of the commercial partner -> id of the contact.
        """
        if not self.ids:
            return {}
        repeated.flush(self.env, [self._name, "mail.blacklist"])
        rows = repeated.each_row(
            self.env,
            SQL(
                """
                SELECT DISTINCT ON (p.commercial_partner_id)
                       p.commercial_partner_id AS debtor_id, p.id
                  FROM res_partner p
             LEFT JOIN mail_blacklist b ON b.email = p.email_normalized AND b.active
                 WHERE p.commercial_partner_id = ANY(%(ids)s::int[])
                   AND (p.id = p.commercial_partner_id
                        OR (p.type IN ('ar_collections', 'invoice') AND p.active))
              ORDER BY p.commercial_partner_id,
                       (p.email_normalized IS NULL OR b.id IS NOT NULL),
                       CASE WHEN p.id = p.commercial_partner_id THEN 3
                            WHEN p.type = 'ar_collections' THEN 1 ELSE 2 END,
                       p.id
                """,
                ids=prepared.array(self.ids),
            ),
        )
        return dict(rows)

    def _ar_is_postal(self):
        """Whether a letter finds the address: street, city and country are known."""
        return bool(self.street and self.city and self.country_id)

    def _ar_place(self):
        """The address for letters to this contact: its own if complete, else the company's."""
        self.ensure_one()
        company = self.commercial_partner_id
        if self._ar_is_postal() or company._ar_is_postal():
            return self if self._ar_is_postal() else company
        return self if self.street or self.city or self.zip else company

    @api.model
    def _ar_mailable_ids(self, ids):
        """Those of these contacts that have an e-mail address which is not blacklisted."""
        repeated.flush(self.env, [self._name, "mail.blacklist"])
        rows = repeated.each_row(
            self.env,
            SQL(
                """
                SELECT contact.id FROM res_partner contact
                 WHERE contact.id = ANY(%s::int[]) AND contact.email_normalized IS NOT NULL
                   AND NOT EXISTS (SELECT FROM mail_blacklist blacklist WHERE blacklist.active
                                      AND blacklist.email = contact.email_normalized)
                """,
                prepared.array(ids),
            ),
        )
        return {contact for [contact] in rows}

    @api.model
    def _ar_postal_ids(self, ids):
        """Those of these contacts that a letter reaches, see ``_ar_is_postal``."""
        self.flush_model(["street", "city", "country_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM res_partner
                 WHERE id = ANY(%s::int[]) AND street != '' AND city != '' AND country_id IS NOT NULL
                """,
                prepared.array(ids),
            )
        )
        return {contact for [contact] in rows}
