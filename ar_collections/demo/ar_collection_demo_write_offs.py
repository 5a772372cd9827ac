from odoo import Command, api, models

from .ar_collection_demo import receivable

#: Old claims and credits that are settled by what is shown here: no balance moves.
#: key -> (debtor, days ago, amount; below zero: a credit)
OLD = {
    "insolvent": ("comptoir", 400, 2480.0),
    "rest": ("peeters", 260, 3.15),
    "found": ("comptoir", 330, 415.2),
    "twice": ("weber", 210, -640.0),
}
#: their code -> (words, debtor or None for everybody, reason)
CODES = {
    "PR01": ("Price difference", None, "price"),
    "22": ("Shortage on delivery", "ashford", "quantity"),
    "31": ("Damaged in transit", "ashford", "quality"),
    "78": ("Promotional allowance", "ashford", "discount"),
    "FRT": ("Freight overcharged", "meridian", "freight"),
}


class ArCollectionDemo(models.AbstractModel):
    """Write-offs, refunds, transfers and a batch, in the states they can be in."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_team(self, made):
        result = super()._make_team(made)
        made.company.ar_write_off_account_id = self.env["account.account"].create(
            {
                "name": "Losses on receivables",
                "code": "658900",
                "account_type": "expense",
                "company_ids": [Command.set(made.company.ids)],
            }
        )
        self._make_codes(made)
        old = self._make_old_items(made)
        self._make_write_offs(made, old)
        self._make_refunds(made, old)
        self._make_transfers(made)
        self._make_batches(made)
        return result

    @api.model
    def _make_codes(self, made):
        """Small differences of the policy, and codes of trading partners."""
        policies = self.env["ar.collection.policy"].search(
            [("company_id", "=", made.company.id), ("dunned", "=", True)]
        )
        policies.write({"small_amount": 5, "small_percent": 1})
        for code, (words, debtor, reason) in CODES.items():
            found = self.env.ref(
                f"ar_collections.dispute_reason_{reason}", raise_if_not_found=False
            )
            if found:
                self.env["ar.collection.deduction.code"].create(
                    {
                        "code": code,
                        "name": words,
                        "partner_id": debtor and made.partners[debtor].id,
                        "reason_id": found.id,
                    }
                )

    @api.model
    def _make_old_items(self, made):
        """Entries taken over from the old books; dict key -> their open item."""
        return {
            key: self._make_old_entry(made, debtor, days, amount)
            for key, (debtor, days, amount) in OLD.items()
        }

    @api.model
    def _make_old_entry(self, made, debtor, days, amount):
        equity = made.company.get_unaffected_earnings_account()
        sides = ((made.accounts["receivable"], amount), (equity, -amount))
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self._journal(made, "general").id,
                "date": made.day(days),
                "ref": "Taken over from the old books",
                "line_ids": [
                    Command.create(
                        {
                            "name": "Taken over from the old books",
                            "account_id": account.id,
                            "partner_id": made.partners[debtor].id,
                            "balance": balance,
                        }
                    )
                    for account, balance in sides
                ],
            }
        )
        move.action_post()
        return receivable(move)

    @api.model
    def _account_of_debtor(self, made, debtor):
        return made.collections.get(debtor) or self.env["ar.collection"].search(
            [
                ("partner_id", "=", made.partners[debtor].id),
                ("company_id", "=", made.company.id),
            ]
        )

    @api.model
    def _reason_of(self, name):
        return self.env.ref(f"ar_collections.write_off_reason_{name}")

    # === WRITE-OFFS === #
    @api.model
    def _make_write_offs(self, made, old):
        requests = self.env["ar.collection.write.off"].with_user(made.users["petra"])
        lost = requests._request(
            self._account_of_debtor(made, "comptoir"),
            {old["insolvent"].id: None},
            self._reason_of("uncollectable"),
            note="The lawyer sees no assets; the claim stays filed",
        )
        small = requests._request(
            self._account_of_debtor(made, "peeters"),
            {old["rest"].id: None},
            self._reason_of("small"),
            note="Bank charges the customer did not pay",
        )
        found = requests._request(
            self._account_of_debtor(made, "comptoir"),
            {old["found"].id: None},
            self._reason_of("uncollectable"),
            note="Not in the list of the liquidator",
        )
        for request in lost | small | found:
            if request.state == "to_approve":  # a second manager: four eyes
                request.with_user(self.env.ref("base.user_admin")).action_approve()
        found.action_reverse("The liquidator has paid it after all")
        paid = self._make_old_entry(made, "comptoir", 5, -OLD["found"][2])
        (paid | old["found"]).with_env(self.env).reconcile()
        self._make_drafts(made)

    @api.model
    def _make_drafts(self, made):
        """One in draft, one refused, one cancelled and one that waits: nothing of them moves a
        balance."""
        collector = made.users["lena"]
        wanted = self.env["ar.collection"].search(
            [
                ("company_id", "=", made.company.id),
                ("user_id", "=", collector.id),
                ("total_overdue", ">", 0),
            ],
            order="total_overdue, id",
            limit=4,
        )
        texts = (
            ("goodwill", "First complaint in ten years", False),
            ("uncollectable", "Does not answer any more", "refuse"),
            ("deduction", "Asked for by mistake", "cancel"),
            ("untraceable", "Letters come back, nobody knows the new address", "ask"),
        )
        for account, (reason, note, step) in zip(wanted, texts, strict=False):
            item = self.env["account.move.line"].search(
                [*account._open_items_domain(), ("amount_residual", ">", 0)],
                order="date_maturity, id",
                limit=1,
            )
            request = (
                self.env["ar.collection.write.off"]
                .with_user(collector)
                .create(
                    {
                        "collection_id": account.id,
                        "reason_id": self._reason_of(reason).id,
                        "note": note,
                        "line_ids": [Command.create({"line_id": item.id})],
                    }
                )
            )
            if step == "cancel":
                request.action_cancel("Already credited")
            elif step == "refuse":
                request.action_request()
                # sudo: the answer of the manager
                request.sudo().approval_ids.with_user(made.users["petra"]).action_refuse(
                    "Please call once more, he is back on Monday"
                )
                request._holds().unlink()  # it is as if it had been years ago
            elif step == "ask":
                request.action_request()

    # === REFUNDS AND TRANSFERS === #
    @api.model
    def _make_refunds(self, made, old):
        account = self._account_of_debtor(made, "weber")
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "DE89370400440532013000", "partner_id": account.partner_id.id}
        )
        refund = (
            self.env["ar.collection.refund"]
            .with_user(made.users["petra"])
            .create(
                {
                    "collection_id": account.id,
                    "note": "Invoice of spring paid twice",
                    "no_set_off": "The customer asked for it in writing",
                    "partner_bank_id": bank.id,
                    "line_ids": [Command.create({"line_id": old["twice"].id})],
                }
            )
        )
        if refund.disputed:
            return
        refund.action_request()
        second = refund.with_user(self.env.ref("base.user_admin"))
        second.action_verify("Called Mr Weber back on the number of the contract")
        second.action_approve()
        refund.with_env(self.env).payment_id.action_post()
        refund._holds().unlink()  # it is as if it had been years ago

    @api.model
    def _make_transfers(self, made):
        """A credit that was meant for a claim of the same debtor, in draft."""
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", made.company.id),
                ("account_id", "=", made.accounts["receivable"].id),
                ("parent_state", "=", "posted"),
                ("partner_id", "!=", False),
                ("amount_residual", "!=", 0),
            ],
            order="date_maturity, id",
        )
        for credit in lines.filtered(lambda line: line.amount_residual < 0):
            amount = -credit.amount_residual_currency
            claims = lines.filtered(
                lambda line, credit=credit, amount=amount: (
                    line.partner_id.commercial_partner_id == credit.partner_id.commercial_partner_id
                    and line.currency_id == credit.currency_id
                    and line.amount_residual_currency >= amount
                )
            )
            account = self.env["ar.collection"].search(
                [
                    ("partner_id", "=", credit.partner_id.commercial_partner_id.id),
                    ("company_id", "=", made.company.id),
                ]
            )
            if not claims or not account:
                continue
            sides = (("from", credit), ("to", claims[0]))
            self.env["ar.collection.transfer"].with_user(made.users["petra"]).create(
                {
                    "kind": "misapplied",
                    "collection_id": account.id,
                    "note": "The remittance advice names this invoice",
                    "line_ids": [
                        Command.create({"side": side, "line_id": line.id, "amount": amount})
                        for side, line in sides
                    ],
                }
            )
            break

    @api.model
    def _make_batches(self, made):
        batches = self.env["ar.collection.balance.batch"].with_user(made.users["petra"])
        for kind, amount, days in (("debit", 250.0, 10), ("credit", 0.0, 10)):
            batch = batches.create(
                {
                    "kind": kind,
                    "company_id": made.company.id,
                    "max_amount": amount,
                    "min_days": days,
                }
            )
            batch.action_propose()
