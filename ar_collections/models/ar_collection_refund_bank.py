from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import bank_account


class ArCollectionRefund(models.Model):
    """Redirect fraud: the account is checked, and verified earlier or by a second person."""

    _inherit = "ar.collection.refund"

    bank_check = fields.Selection(
        [("ok", "IBAN is right"), ("wrong", "IBAN is wrong"), ("unknown", "No IBAN")],
        string="Account number",
        compute="_compute_bank_check",
        help="Check digits, country and length.",
    )
    bank_verified = fields.Boolean(
        string="Account verified",
        compute="_compute_bank_verified",
        help="By a second person for this request or an earlier refund, or trusted in accounting by "
        "somebody else.",
    )
    bank_verified_why = fields.Char(compute="_compute_bank_verified")
    verified_number = fields.Char(readonly=True, copy=False)
    verified_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    verified_on = fields.Datetime(readonly=True, copy=False)
    verified_how = fields.Char(string="Verified how", readonly=True, copy=False)

    # === COMPUTES === #
    @api.depends("partner_bank_id.acc_number")
    def _compute_bank_check(self):
        for refund in self:
            number = refund.partner_bank_id.acc_number
            refund.bank_check = bank_account.check(number) if number else False

    @api.depends(
        "partner_bank_id.acc_number", "partner_bank_id.allow_out_payment", "verified_number"
    )
    def _compute_bank_verified(self):
        for refund in self:
            why = refund._verified_why()
            refund.bank_verified = bool(why)
            refund.bank_verified_why = why

    def _verified_why(self):
        """Who verified the account, a sentence; None: nobody."""
        bank = self.partner_bank_id.sudo()  # who entered it and when
        number = bank.sanitized_acc_number
        if not number:
            return None
        if self.verified_number == number:
            return self._verified_text(self)
        earlier = self.sudo().search(  # of other collectors too
            [
                ("partner_bank_id", "=", bank.id),
                ("verified_number", "=", number),
                ("state", "=", "paid"),
                ("verified_by_id", "!=", self.user_id.id),
            ],
            limit=1,
        )
        if earlier:
            return self._verified_text(earlier)
        asker = self.user_id or self.env.user
        if bank.allow_out_payment and asker not in (bank.create_uid | bank.write_uid):
            return self.env._("Trusted in accounting by %(who)s.", who=bank.write_uid.name)
        return None

    @api.model
    def _verified_text(self, refund):
        return self.env._(
            "By %(who)s for %(refund)s: %(how)s.",
            who=refund.sudo().verified_by_id.name,  # a name
            refund=refund.name,
            how=refund.verified_how or "",
        )

    # === ACTIONS === #
    def action_verify(self, how=None):
        """Say that the bank account is the debtor's, and how one knows.

        :param str how: e.g. "called back on the number of the contract".
        :raises UserError: without a how, by the one who asks, or who entered the account.
        :return: True
        """
        self.check_access("write")
        self._check_state("draft", "to_approve")
        if not (how or "").strip():
            raise UserError(
                self.env._(
                    "Please say how you know, for example by calling back on a number you had before."
                )
            )
        for refund in self:
            refund._check_bank_number()
            refund._check_second_person()
            bank = refund.partner_bank_id
            # sudo: a verification is noted by this step only
            refund.sudo().write(
                {
                    "verified_number": bank.sanitized_acc_number,
                    "verified_by_id": self.env.uid,
                    "verified_on": fields.Datetime.now(),
                    "verified_how": how,
                }
            )
            self.env["ar.collection.audit"]._log(
                refund,
                "override" if self.env.user == refund.user_id else "approval",
                self.env._(
                    "Bank account %(number)s verified for %(refund)s",
                    number=bank.acc_number,
                    refund=refund.name,
                ),
                how,
            )
        return True

    def _check_second_person(self):
        """A second person, where there is one: neither who asks nor who entered the account."""
        if not self.env["ar.collection.approval"]._four_eyes(self.company_id):
            return
        bank = self.partner_bank_id.sudo()  # who entered it
        if self.env.user in (self.user_id | bank.create_uid | bank.write_uid):
            raise UserError(
                self.env._(
                    "A second person verifies %(number)s: not who asks for the refund, nor who "
                    "entered or changed the account. Please ask a colleague.",
                    number=bank.acc_number,
                )
            )

    # === CHECKS === #
    def _check_bank_number(self):
        bank = self.partner_bank_id
        if not bank:
            raise UserError(
                self.env._("Please choose the bank account of %(refund)s.", refund=self.name)
            )
        if bank_account.check(bank.acc_number) == bank_account.WRONG:
            raise UserError(
                self.env._(
                    "%(number)s cannot be an IBAN: its check digits, country or length are wrong. "
                    "Please ask %(debtor)s again.",
                    number=bank.acc_number,
                    debtor=self.partner_id.display_name,
                )
            )

    def _check_bank(self):
        self._check_bank_number()

    def _check_verified(self):
        if not self.bank_verified:
            raise UserError(
                self.env._(
                    "The bank account %(number)s of %(refund)s is not verified. Please have a second "
                    'person call the debtor back and note it with "Account verified".',
                    number=self.partner_bank_id.acc_number,
                    refund=self.name,
                )
            )

    def _may_directly(self):
        return super()._may_directly() and self.bank_verified
