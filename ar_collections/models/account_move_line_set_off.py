from odoo import models
from odoo.exceptions import AccessError, UserError


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _ar_check_accounting(self):
        """:raises AccessError: the caller may not post or reconcile."""
        if not self.env.su and not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._(
                    "Matching items needs the rights to post entries. Please ask your accountant."
                )
            )

    def _ar_claims_to_set_off(self):
        """The open claims these credits could settle: same debtor, company and currency, not
        held, the oldest first.

        :return: ``account.move.line``.
        """
        claims = self.env["account.move.line"]
        for credit in self:
            claims |= self.search(
                [
                    ("partner_id", "child_of", credit.partner_id.commercial_partner_id.id),
                    ("company_id", "=", credit.company_id.id),
                    ("account_id", "=", credit.account_id.id),
                    ("currency_id", "=", credit.currency_id.id),
                    ("parent_state", "=", "posted"),
                    ("amount_residual", ">", 0),
                ],
                order="date_maturity, id",
            )
        held = self.env["ar.collection.hold"]._held_of_lines(claims)
        return claims.filtered(lambda line: line.id not in held)

    def _ar_set_off(self):
        """Reconcile these credits with the oldest claims of their debtor.

        :raises UserError: a credit has nothing to be set off against.
        """
        self._ar_check_accounting()
        for credit in self:
            claims = credit._ar_claims_to_set_off()
            if not claims:
                raise UserError(
                    self.env._(
                        "%(credit)s has nothing to be set off against: no open claim of %(debtor)s "
                        "in its currency that is not held.",
                        credit=credit.move_name,
                        debtor=credit.partner_id.display_name,
                    )
                )
            for claim in claims:  # one by one: the oldest first, core would decide otherwise
                if credit.reconciled:
                    break
                (credit | claim).reconcile()
