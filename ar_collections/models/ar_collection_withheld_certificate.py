from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

STATES = [("draft", "Noted"), ("posted", "Booked"), ("reversed", "Taken back")]
TRANSITIONS = {"draft": {"posted"}, "posted": {"reversed"}, "reversed": set()}


class ArCollectionWithheldCertificate(models.Model):
    """A certificate of withheld tax: number, date, amount, file. Booked, the tax is a claim on
    the tax office, and the items are paid."""

    _name = "ar.collection.withheld.certificate"
    _description = "Certificate of Withheld Tax"
    _order = "date desc, id desc"
    _rec_name = "number"

    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        related="collection_id.partner_id", string="Customer", store=True, index=True
    )
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    number = fields.Char(required=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(required=True, help="As on the certificate.")
    file = fields.Binary(attachment=True)
    file_name = fields.Char()
    withheld_ids = fields.Many2many(
        "ar.collection.withheld",
        "ar_collection_withheld_certificate_rel",
        string="For",
        help="The items it proves, in their order as far as the amount goes.",
    )
    certified_ids = fields.One2many("ar.collection.withheld", "certificate_id", readonly=True)
    proved = fields.Monetary(compute="_compute_proved", help="Withheld from these items.")
    move_id = fields.Many2one(
        "account.move",
        string="Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, default=lambda self: self.env.user
    )
    state = fields.Selection(
        STATES, compute="_compute_state", store=True, required=True, default="draft"
    )
    posted = fields.Boolean(readonly=True, copy=False)

    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The amount of a certificate must be positive."
    )
    _number_unique = models.UniqueIndex(
        "(collection_id, lower(number)) WHERE state != 'reversed'",
        "This certificate was noted already.",
    )

    # === COMPUTES === #
    @api.depends("withheld_ids.amount")
    def _compute_proved(self):
        for certificate in self:
            certificate.proved = sum(certificate.withheld_ids.mapped("amount"))

    @api.depends("posted", "move_id.state", "move_id.reversal_move_ids.state")
    def _compute_state(self):
        for certificate in self:
            # sudo: whether the entry stands, for readers without accounting
            move = certificate.sudo().move_id
            if not certificate.posted:
                certificate.state = "draft"
            elif certificate._needs_entry() and (
                move.state != "posted" or "posted" in move.reversal_move_ids.mapped("state")
            ):
                certificate.state = "reversed"
            else:
                certificate.state = "posted"

    def _needs_entry(self):
        """Whether core has not booked it with the payments already."""
        return bool(self.move_id) or any(not one.payment_id for one in self.withheld_ids)

    # === CONSTRAINTS === #
    @api.constrains("withheld_ids", "collection_id", "currency_id")
    def _check_withheld(self):
        for certificate in self:
            if any(
                one.collection_id != certificate.collection_id
                or one.currency_id != certificate.currency_id
                for one in certificate.withheld_ids
            ):
                raise ValidationError(
                    self.env._(
                        "A certificate is for items of one debtor in its currency. Please enter "
                        "one for each."
                    )
                )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {name: value for name, value in vals.items() if name not in ("posted", "move_id")}
                for vals in vals_list
            ]
        certificates = super().create(vals_list)
        if not self.env.su and not self.env.user.has_group("account.group_account_invoice"):
            certificates.collection_id.check_access("write")
        return certificates

    def write(self, vals):
        if not self.env.su:
            if {"posted", "move_id", "state", "user_id"} & set(vals):
                raise AccessError(self.env._("What was booked is noted by the program only."))
            if "posted" in self.mapped("state"):
                raise UserError(
                    self.env._("A certificate that is booked cannot be changed. Reverse its entry.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        if any(certificate.state != "draft" for certificate in self):
            raise UserError(self.env._("A certificate that was booked is evidence."))

    # === ACTIONS === #
    def action_post(self):
        """Book these certificates: the tax is a claim on the tax office, the items are paid.

        :raises UserError: it proves more than was withheld, or an account is missing.
        :raises AccessError: the user may not post.
        :return: True
        """
        self.check_access("write")
        self.env["account.move"].check_access("create")
        for certificate in self:
            certificate._post()
        return True

    def _post(self):
        if self.state != "draft":
            raise UserError(self.env._("%(number)s is booked already.", number=self.number))
        missing = self.withheld_ids.filtered(lambda one: one.state == "expected").sorted(
            lambda one: (one.item_date or one.paid_on, one.id)
        )
        total = sum(missing.mapped("amount"))
        if self.currency_id.compare_amounts(self.amount, total) > 0:
            raise UserError(
                self.env._(
                    "%(number)s is over %(amount)s, but only %(missing)s is withheld from its "
                    "items. Please add items, or correct the amount.",
                    number=self.number,
                    amount=self.currency_id.format(self.amount),
                    missing=self.currency_id.format(total),
                )
            )
        parts = missing._split(self.amount, self.currency_id)
        to_book = [(one, amount) for one, amount in parts if one.line_id]
        move = self._post_entry(to_book) if to_book else self.env["account.move"]
        # sudo: what was booked is noted by the program only
        self.sudo().write({"posted": True, "move_id": move.id})
        for one, amount in parts:
            one.sudo().amount = amount  # dito
        certified = missing.browse([one.id for one, _amount in parts])
        certified._set_state("certified", certificate_id=self.id)
        self.collection_id.sudo()._message_log(  # the accountant need not be the collector
            body=self.env._(
                "Certificate %(number)s of withheld tax: %(amount)s.",
                number=self.number,
                amount=self.currency_id.format(self.amount),
            )
        )
        # what a certificate proves in part stays expected for the rest
        self.env["ar.collection.withheld"]._judge_accounts(self.collection_id)

    def _post_entry(self, parts):
        """Post the entry that books the tax, and match it with the items.

        :param parts: list of (``ar.collection.withheld``, amount).
        """
        account = self.company_id._ar_withheld_account()
        commands, items = [], []
        for one, amount in parts:
            item = one.line_id
            share = item.company_currency_id.round(
                item.amount_residual * amount / item.amount_residual_currency
            )
            common = {
                "name": f"{self.number}, {item.move_name}",
                "partner_id": item.partner_id.id,
                "currency_id": item.currency_id.id,
            }
            commands.append(
                {**common, "account_id": account.id, "amount_currency": amount, "balance": share}
            )
            commands.append(
                {
                    **common,
                    "account_id": item.account_id.id,
                    "amount_currency": -amount,
                    "balance": -share,
                }
            )
            items.append(item)
        company = self._company_of(items)
        moves = self.env["account.move"].with_company(company)
        move = moves.create(
            {
                "move_type": "entry",
                "journal_id": self.env["ar.collection.application"]._entry_journal(company).id,
                "date": self.date,
                "ref": self.env._("Withheld tax, certificate %(number)s", number=self.number),
                "partner_id": self.partner_id.id,
                "line_ids": [Command.create(command) for command in commands],
            }
        )
        move.date = move._get_accounting_date(self.date, move._affect_tax_report())
        move._post(soft=False)
        for item, line in zip(items, move.line_ids[1::2], strict=True):
            (item + line).reconcile()
        return move

    def _company_of(self, items):
        companies = {item.company_id for item in items}
        if len(companies) > 1:
            raise UserError(
                self.env._("A certificate is for items of one branch. Please enter one for each.")
            )
        return companies.pop()
