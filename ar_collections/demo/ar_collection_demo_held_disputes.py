from datetime import timedelta

from odoo import Command, api, models

from .ar_collection_demo import at

#: Debtors whose hold of the plan is a dispute -> reason, how far it is, owner.
HELD = {
    "brennan": ("quality", "investigating", "ines"),
    "finch": ("quality", "asked", "ines"),
    "belrive": ("address_po", "credit", "petra"),
}
#: Queries, which hold nothing: debtor, item, reason, state, days ago, owner, words.
QUERIES = (
    ("alrawda", "query_copy", "new", 1, "lena", "Please send the invoice once more, stamped."),
    ("kowalczyk", "query_question", "customer", 4, "lena", "Which delivery does it belong to?"),
    ("comptoir", "query_statement", "answered", 9, "lena", "A statement up to October, please."),
)
#: What has ended, on paid invoices: reason, outcome, opened days ago, days it took, words.
PAST = (
    ("price", "rejected", 62, 4, "The order says 12.50, the invoice 13.10."),
    ("already_paid", "paid", 48, 1, "Paid with the transfer of the 3rd."),
    ("not_delivered", "withdrawn", 55, 3, "One pallet is missing."),
    ("late_delivery", "write_off", 81, 12, "Ten days late; we deduct the penalty."),
    ("freight", "settled", 40, 6, "Delivery was agreed free of charge."),
    ("discount", "partial", 96, 9, "The yearly rebate is missing."),
    ("quantity", "accepted", 120, 5, "Nine instead of ten pieces."),
    ("portal", "new_date", 33, 2, "The invoice was not in the portal."),
    ("wrong_tax", "accepted", 140, 8, "Intra-community delivery: no VAT."),
    ("duplicate", "accepted", 150, 2, "This delivery was invoiced already."),
    ("price_list", "rejected", 27, 3, "The old price list counts for orders of September."),
    ("goods_receipt", "withdrawn", 21, 1, "No goods receipt with us."),
)
#: Which part of what was disputed was given up.
GIVEN_UP = {"accepted": 1, "write_off": 1, "partial": 0.5}
#: Who answers: login -> name.
RESOLVERS = {"ines": "Inês Prado", "bart": "Bart Segers"}


class ArCollectionDemo(models.AbstractModel):
    """Disputes in every state, with the teams that answer them."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_holds(self, made):
        result = super()._make_holds(made)
        for role in ("user", "readonly", "resolver"):
            self.env.ref(f"ar_collections.group_ar_collection_{role}").implied_ids |= self.env.ref(
                "ar_collections.group_ar_collection_disputes"
            )
        self._make_resolvers(made)
        quiet = self.with_context(ar_collections_history=True)
        quiet._make_past_disputes(made)
        quiet._make_queries(made)
        quiet._make_held_disputes(made)
        return result

    @api.model
    def _is_dispute(self, hold):
        """Whether a hold of the plan is placed by a dispute of this file."""
        return hold.debtor in HELD and hold.reason in ("dispute", "query")

    @api.model
    def _make_resolvers(self, made):
        for login, name in RESOLVERS.items():
            made.users[login] = self.env["res.users"].create(
                {
                    "name": name,
                    "login": login,
                    "password": login,
                    "email": f"{login}@halden.example",
                    "company_id": made.company.id,
                    "company_ids": [Command.set((made.company + made.branch).ids)],
                    "group_ids": [
                        Command.link(self.env.ref("base.group_user").id),
                        Command.link(
                            self.env.ref("ar_collections.group_ar_collection_resolver").id
                        ),
                    ],
                }
            )
        for team, login in (
            ("quality", "ines"),
            ("sales", "bart"),
            ("logistics", "bart"),
            ("billing", "petra"),
            ("tax", "petra"),
            ("receivables", "petra"),
        ):
            user = made.users[login]
            self.env.ref(f"ar_collections.dispute_team_{team}").write(
                {"user_id": user.id, "member_ids": [Command.link(user.id)]}
            )

    # === OPEN === #
    @api.model
    def _make_held_disputes(self, made):
        for hold in made.plan.holds:
            if not self._is_dispute(hold):
                continue
            reason, state, owner = HELD[hold.debtor]
            item = made.item(hold.item, hold.part)
            dispute = self._open_dispute(
                made,
                made.collections[hold.debtor],
                {item.id: float(hold.amount) if hold.amount else None},
                reason,
                at(hold.since, 9),
                hold.note,
                owner,
            )
            self._bring_to(made, dispute, state)
            dispute._holds().date_from = hold.since

    @api.model
    def _make_queries(self, made):
        for debtor, reason, state, ago, owner, words in QUERIES:
            item = self.env["account.move.line"].search(
                [*made.collections[debtor]._open_items_domain(), ("amount_residual", ">", 0)],
                order="date_maturity, id",
                limit=1,
            )
            query = self._open_dispute(
                made,
                made.collections[debtor],
                dict.fromkeys(item.ids, 0),
                reason,
                at(made.day(ago), 10),
                words,
                owner,
                kind="query",
            )
            self._bring_to(made, query, state)

    @api.model
    def _open_dispute(self, made, account, amounts, reason, opened, words, owner, **vals):
        user = made.users.get(owner, self.env.user)
        return self.env["ar.collection.dispute"]._open(
            account,
            amounts,
            reason=self.env.ref(f"ar_collections.dispute_reason_{reason}"),
            note=words,
            channel=vals.pop("channel", "email"),
            contact_id=account.contact_id.id,
            user_id=user.id,
            date_opened=opened,
            state_since=opened,
            **vals,
        )

    @api.model
    def _bring_to(self, made, dispute, state):
        if state == "investigating":
            dispute._set_state("investigating")
            dispute.evidence_ids[:1].done = True
        elif state == "asked":
            dispute.action_ask(
                made.users["bart"].id, "When does the laboratory send the certificates?"
            )
        elif state == "credit":
            dispute.action_resolve("accepted", note="Our mistake: the order of a sister company.")
        elif state == "customer":
            dispute.action_wait_customer("Please tell us the number of your order.")
        elif state == "answered":
            dispute.action_resolve("answered", note="Statement sent.")

    # === ENDED === #
    @api.model
    def _make_past_disputes(self, made):
        """On invoices that are paid since, with what was given up."""
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "child_of", made.company.id),
                ("account_type", "=", "asset_receivable"),
                ("move_id.move_type", "=", "out_invoice"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", True),
                ("amount_currency", ">", 1000),
            ],
            order="date desc, id desc",
        )
        step = max(1, len(lines) // len(PAST))
        accounts = {account.partner_id: account for account in made.collections.values()}
        for line, (reason, outcome, ago, took, words) in zip(lines[::step], PAST, strict=False):
            account = accounts.get(line.partner_id.commercial_partner_id)
            if account:
                self._make_past_dispute(made, account, line, reason, outcome, ago, took, words)

    @api.model
    def _make_past_dispute(self, made, account, line, reason, outcome, ago, took, words):
        opened = at(made.day(ago), 9)
        closed = opened + timedelta(days=took, hours=5)
        amount = line.currency_id.round(line.amount_currency / 8)
        state = "rejected" if outcome == "rejected" else "resolved"
        dispute = self._open_dispute(
            made,
            account,
            {line.id: amount},
            reason,
            opened,
            words,
            "bart",
            state=state,
            outcome=outcome,
        )
        dispute.item_ids.accepted = line.currency_id.round(amount * GIVEN_UP.get(outcome, 0))
        dispute.write(
            {
                "state_seconds": {"new": 3600 * 5, "investigating": took * 86400},
                **dispute._close_vals(state, closed),
            }
        )
