from odoo import api, models
from odoo.fields import Domain


class ArCollectionWithheld(models.Model):
    """Core's own withholding tax, where it is installed: booked with the payment, so nothing is
    short and nothing is held; but the certificate is missing all the same."""

    _inherit = "ar.collection.withheld"

    @api.model
    def _judge_accounts(self, accounts):
        result = super()._judge_accounts(accounts)
        if accounts and self._core_withholds():
            self.sudo()._judge_booked(accounts.sudo())  # the machine judges all debtors
        return result

    @api.model
    def _core_withholds(self):
        """Whether core's addon of withholding tax is installed."""
        return "account.payment.withholding.line" in self.env

    @api.model
    def _core_lines(self, accounts, known):
        """What posted payments of these debtors booked as withheld.

        :param known: payments that were noted already.
        :return: records with ``payment_id``, ``amount`` and ``tax_id``.
        """
        return self.env["account.payment.withholding.line"].search(
            [
                ("payment_id.partner_id", "child_of", accounts.partner_id.ids),
                ("payment_id.payment_type", "=", "inbound"),
                ("payment_id.move_id.state", "=", "posted"),
                ("payment_id.ar_bounce_date", "=", False),
                ("payment_id", "not in", known.ids),
            ]
        )

    @api.model
    def _judge_booked(self, accounts):
        """Note what payments of these debtors booked as withheld; end it when one is returned."""
        known = self.search(accounts._among("collection_id") & Domain("payment_id", "!=", False))
        known.filtered(lambda one: one.payment_id.ar_bounce_date)._set_state("refused")
        by_payment = {}
        for line in self._core_lines(accounts, known.payment_id):
            by_payment.setdefault(line.payment_id, []).append(line)
        of_debtor = {(one.partner_id, one.company_id): one for one in accounts}
        vals_list = []
        for payment, of_payment in by_payment.items():
            root = payment.company_id._ar_root()
            account = of_debtor.get((payment.partner_id.commercial_partner_id, root))
            amount = sum(line.amount for line in of_payment)
            if not account or payment.currency_id.is_zero(amount):
                continue
            vals_list.append(
                {
                    "collection_id": account.id,
                    "payment_id": payment.id,
                    "item_name": ", ".join(payment.reconciled_invoice_ids.mapped("name"))
                    or payment.name,
                    "currency_id": payment.currency_id.id,
                    "amount": amount,
                    "tax": amount,
                    "rate": abs(of_payment[0].tax_id.amount),
                    **self._prepare_quarter_vals(root, payment.date),
                }
            )
        self.create(vals_list)


class ResCompany(models.Model):
    _inherit = "res.company"

    def _ar_core_withheld_account(self):
        """Where core's withholding tax on sales is booked; empty where it is not installed."""
        accounts = self.env["account.account"]
        taxes = self.env["account.tax"].sudo()  # a setting, read by whoever posts
        if "is_withholding_tax_on_payment" not in taxes._fields:
            return accounts
        tax = taxes.search(
            [
                ("company_id", "parent_of", self.id),
                ("is_withholding_tax_on_payment", "=", True),
                ("type_tax_use", "=", "sale"),
            ],
            limit=1,
        )
        lines = tax.invoice_repartition_line_ids
        return lines.filtered(lambda line: line.repartition_type == "tax").account_id[:1]
