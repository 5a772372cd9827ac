from odoo import fields, models

#: Where a person is asked to do something about a call.
ACTIVITY = "ar_collections.mail_activity_type_ar_collection_call"


class ArCollectionCall(models.Model):
    """What the result of a call does by itself: ``_outcome_<name>`` of the result's outcome."""

    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    hold_ids = fields.Many2many("ar.collection.hold", readonly=True, string="Holds placed")

    def _do_outcome(self):
        self.ensure_one()
        if self.result_id.outcome:
            getattr(self, f"_outcome_{self.result_id.outcome}")()

    def _outcome_text(self):
        """What the result does by itself, for the footer of the form and the timeline."""
        outcome = self.result_id.outcome
        if not outcome:
            return ""
        return getattr(self, f"_text_{outcome}")()

    # === COPY NEEDED === #
    def _outcome_copy(self):
        self.env["ar.collection.copy"]._queue(
            self.collection_id, self.line_ids.move_id, self.contact_id, self
        )

    def _text_copy(self):
        contact = self.contact_id if self.contact_id.email else self.collection_id.contact_id
        return self.env._(
            "Copies of %(count)s invoices go to %(email)s",
            count=len(self.line_ids.move_id),
            email=contact.email or self.env._("nobody: the contact has no e-mail address"),
        )

    # === ALREADY PAID === #
    def _outcome_check(self):
        self._ask(
            self._accountant(),
            self.env._("Look for a payment of %(debtor)s", debtor=self.collection_id.display_name),
        )

    def _text_check(self):
        return self.env._(
            "%(user)s is asked to look for the payment.", user=self._accountant().name
        )

    # === INSOLVENT === #
    def _outcome_insolvent(self):
        account = self.collection_id
        account._stop_for_insolvency(self)
        self._ask(
            self._manager(),
            self.env._("%(debtor)s is said to be insolvent", debtor=account.display_name),
        )

    def _text_insolvent(self):
        return self.env._(
            "Dunning stops for the whole debtor, and %(user)s is told.", user=self._manager().name
        )

    # === WRONG CONTACT OR NUMBER === #
    def _outcome_wrong_contact(self):
        """Who sells to the debtor may know whom to speak to."""
        if self._seller():
            self._ask(
                self._seller(),
                self.env._(
                    "Right contact of %(debtor)s for payments?",
                    debtor=self.collection_id.display_name,
                ),
            )

    def _text_wrong_contact(self):
        if not self._seller():
            return self.env._("Please correct the contact, or ask who sells to the debtor.")
        return self.env._("%(user)s is asked for the right contact.", user=self._seller().name)

    # === WHO IS ASKED === #
    def _ask(self, user, summary):
        """An activity on the account for somebody else; nothing happens without anybody."""
        if not user:
            return
        # sudo: who asks may not see the activities of others
        account = self.collection_id.sudo().with_context(mail_activity_quick_update=True)
        account.activity_schedule(ACTIVITY, summary=summary, note=self.note, user_id=user.id)

    def _manager(self):
        """The manager who is told: as for approvals, one who did not make the call."""
        return self.env["ar.collection.approval"]._approver(self.company_id, self.user_id)

    def _accountant(self):
        """Who looks for a payment: the contact of the settings, else the manager."""
        return self.company_id.sudo().ar_accountant_id or self._manager()  # a setting

    def _seller(self):
        seller = self.collection_id.partner_id.sudo().user_id  # of a debtor one may see
        return seller if seller.active and seller != self.user_id else self.env["res.users"]


class ArCollection(models.Model):
    _name = "ar.collection"
    _inherit = "ar.collection"

    def _stop_for_insolvency(self, call):
        """No notice any more: it is noted, and a hold without an end on the whole debtor."""
        self.insolvent = True
        reason = self.env.ref("ar_collections.hold_reason_insolvent", raise_if_not_found=False)
        # sudo: a hold without an end needs a manager, who is told; the dunning stops before
        holds = self.env["ar.collection.hold"].sudo()
        call.sudo().hold_ids = holds.create(  # noted by the program
            {
                "collection_id": self.id,
                "scope": "debtor",
                "kind": "exclusion",
                "reason_id": reason.id if reason else False,
                "date_from": self.company_id._ar_today(),
                "note": call.note,
                "user_id": self.env.uid,
            }
        )


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = "res.company"

    ar_accountant_id = fields.Many2one(
        "res.users",
        string="Looks for payments",
        help="Asked when a debtor says an invoice is paid. Empty: a manager of collections.",
    )
