from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import lookup

#: What the left side of the screen shows.
SHOWN = {
    "all": Domain.TRUE,
    "claims": Domain("claims", ">", 0),
    "nobody": Domain("identified", "=", False),
    "money": Domain("kind", "in", ("bank", "payment", "overpayment")),
}


class ArCollectionCredit(models.Model):
    """What the screen asks for where money is applied."""

    _inherit = "ar.collection.credit"

    # === LEFT: CREDITS === #
    @api.model
    def cash_list(self, search="", show="all", offset=0, limit=80, ids=None):
        """Credits with what they are proposed for.

        :param str search: words of payer, debtor, text or number; or an amount.
        :param str show: a key of ``SHOWN``. :param ids: only these.
        :return: dict ``credits`` (list of dicts), ``count``, ``may_apply``.
        """
        self.check_access("read")
        domain = SHOWN.get(show, Domain.TRUE) & Domain("company_id", "in", self._roots().ids)
        domain &= self._search_domain(search)
        if ids is not None:
            domain &= Domain("id", "in", ids)
        found = self.search(domain, offset=offset, limit=limit)
        proposals = self._propose(found)
        return {
            "credits": [credit._as_row(proposals[credit.id]) for credit in found],
            "count": self.search_count(domain),
            "may_apply": self.env["ar.collection.application"]._may_apply(),
        }

    @api.model
    def _roots(self):
        return self.env.companies._ar_root()

    @api.model
    def _search_domain(self, search):
        text = (search or "").strip()
        if not text:
            return Domain.TRUE
        domain = Domain.OR(
            Domain(name, "ilike", text)
            for name in ("name", "text", "payer_name", "payer_account", "partner_id.name")
        )
        if amount := lookup.amount(text):
            domain |= Domain("amount", "=", amount) | Domain("total", "=", amount)
        return domain

    def _as_row(self, proposal):
        debtor = self.env["res.partner"].browse(proposal["debtor"] or [])
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        answer = proposal["answers"][0] if proposal["kind"] == "match" else None
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "kind_label": kinds[self.kind],
            "payer": self.payer_name or False,
            "account": self.payer_account or False,
            "text": self.text or "",
            "date": self.date,
            "age": self.age,
            "amount": self.amount,
            "total": self.total,
            "currency_id": self.currency_id.id,
            "identified": self.identified,
            "reserved": self.reserved,
            # sudo: the name of the debtor of a credit the reader may see
            "debtor": {"id": debtor.id, "name": debtor.sudo().name} if debtor else False,
            "proposal": proposal["kind"],
            "exact": proposal["exact"],
            "confidence": answer["confidence"] if answer else 0,
        }

    def _check_waiting(self):
        """:raises UserError: the credit was applied meanwhile, or none was named."""
        if len(self) != 1 or not self.sudo().exists():  # sudo: whether it is there at all
            raise UserError(
                self.env._("This credit was applied meanwhile. Please open the list again.")
            )
        self.check_access("read")

    # === RIGHT: ITEMS === #
    def cash_open(self, partner_id=None):
        """A credit with the open items of its debtor and what is proposed.

        :param partner_id: the debtor a person chose for a credit of nobody.
        :return: dict ``credit``, ``debtor``, ``payers``, ``items``, ``proposal``, and the choices
            for differences.
        :raises UserError: the credit was applied or the debtor merged meanwhile.
        """
        self._check_waiting()
        partner = self._chosen_debtor(partner_id)
        proposal = self._propose(self, partner=partner)[self.id]
        words = self._reason_words()
        for answer in proposal["answers"]:
            answer["text"] = words.get(answer["reason"], answer["reason"])
        row = self._as_row(proposal)
        # sudo: names of debtors and documents, and their settings
        names = {payer["debtor"] for payer in proposal["payers"]}
        partners = {partner.id: partner.name for partner in partner.sudo().browse(names)}
        signs = self._sign_words()
        named = proposal.pop("named")
        items = self._screen_items(proposal["debtor"], named) if proposal["debtor"] else []
        return {
            "credit": row,
            "debtor": row["debtor"],
            "payers": [
                {
                    "id": payer["debtor"],
                    "name": partners[payer["debtor"]],
                    "score": payer["score"],
                    "because": ", ".join(str(signs[sign]) for sign in payer["signs"]),
                }
                for payer in proposal["payers"]
            ],
            "items": items,
            "proposal": proposal,
            "payments": [
                {"id": payment.id, "name": payment.name, "date": payment.date}
                for payment in self.env["account.payment"].browse(proposal.get("payments", []))
            ],
            "reasons": self._screen_reasons(),
            "may_apply": self.env["ar.collection.application"]._may_apply(),
        }

    def _screen_items(self, debtor_id, named):
        """Open items of the debtor and its group as rows, the oldest first."""
        company = self.company_id
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id, line.move_name AS number,
                       coalesce(move.ref, move.invoice_origin) AS reference,
                       coalesce(line.date_maturity, line.date) AS due,
                       line.amount_residual_currency AS open, line.amount_currency AS total,
                       line.currency_id, partner.commercial_partner_id AS debtor_id,
                       debtor.name AS debtor, line.discount_date,
                       line.amount_currency - line.discount_amount_currency AS discount
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN res_partner debtor ON debtor.id = partner.commercial_partner_id
                 WHERE line.account_id = ANY(%(accounts)s::int[]) AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE AND line.id != %(own)s
                   AND line.company_id = ANY(%(companies)s::int[])
                   AND partner.commercial_partner_id = ANY(%(debtors)s::int[])
                   AND (line.amount_residual > 0
                        OR line.amount_residual < 0 AND move.move_type = 'out_refund')
                 ORDER BY due, line.id
                """,
                accounts=self.env["ar.collection"]._trade_account_ids(),
                own=self.id,
                companies=self._companies_within(company).ids,
                debtors=list(self._families(company, [debtor_id])[debtor_id]),
            )
        )
        lines = self.env["account.move.line"].browse(row["id"] for row in rows)
        held = self.env["ar.collection.hold"]._held_of_lines(lines)
        labels = dict(
            self.env["ar.collection.hold"]._fields["kind"]._description_selection(self.env)
        )
        today, history = company._ar_today(), self._rate_history(company)
        for row in rows:
            parts = held.get(row["id"], {})
            row["named"] = row["id"] in named
            row["days"] = (today - row["due"]).days
            row["open"], row["total"] = float(row["open"]), float(row["total"])
            row["held"] = sum(parts.values())
            row["held_because"] = ", ".join(labels[kind] for kind in parts)
            row["other"] = row["debtor_id"] != debtor_id
            row["rate"] = self._screen_rate(row["currency_id"], history)
            late = row["discount_date"] and self.date > row["discount_date"]
            whole = row["open"] == row["total"]
            usable = row["discount_date"] and whole and not late
            row["discount"] = float(row["discount"]) if usable else 0.0
        return rows

    @api.model
    def _companies_within(self, root):
        """The companies of the reader under a root."""
        return self.env.companies.filtered(lambda company: company._ar_root() == root)

    def _screen_rate(self, currency_id, history):
        if currency_id == self.currency_id.id:
            return 1.0
        return float(self._rate_of(currency_id, history))

    @api.model
    def _screen_reasons(self):
        """Reasons a person chooses from, for deductions and write-offs."""
        result = {}
        for kind, model in (
            ("deduction", "ar.collection.dispute.reason"),
            ("write_off", "ar.collection.write.off.reason"),
        ):
            records = self.env[model].search(Domain.TRUE)
            result[kind] = [{"id": record.id, "name": record.name} for record in records]
        small = self.env["ar.collection.write.off.reason"]._default_reason("small")
        result["small"] = small.id
        return result

    # === APPLYING === #
    def cash_apply(self, allocations=(), differences=(), partner_id=None):
        """Apply this credit as a person decided.

        :param allocations: list of [id of the item, amount in its currency].
        :param differences: list of dicts ``kind, line_id, amount, reason_id``.
        :param partner_id: the debtor, where nothing tells.
        :return: dict ``id`` of the application, ``message``.
        """
        self._check_waiting()
        application = self._apply_choice(allocations, differences, partner_id)
        return {"id": application.id, "message": application._screen_message()}

    def _apply_choice(self, allocations, differences, partner_id):
        lines = self.env["account.move.line"]
        partner = self._chosen_debtor(partner_id)
        proposal = self._propose(self, partner=partner)[self.id]
        chosen = {int(line_id): amount for line_id, amount in allocations}
        noted = self._mode_of(proposal, chosen)
        payer = {"name": self.payer_name, "account": self.payer_account}
        before, company = self.partner_id, self.company_id
        credit, text = self.line_id, self.text
        application = self.env["ar.collection.application"]._apply(
            credit,
            [(lines.browse(line_id), amount) for line_id, amount in chosen.items()],
            [self._as_difference(row) for row in differences],
            partner=partner or before,
            **noted,
        )
        aliases = self.env["ar.collection.payer.alias"]
        aliases._learn_from(application, company, payer, before, proposal, text)
        return application

    @api.model
    def _mode_of(self, proposal, chosen):
        """Assisted, when the person took what was proposed; else by hand."""
        for answer in proposal["answers"]:
            offered = dict(answer["allocations"])
            if offered.keys() == chosen.keys() and all(
                abs(offered[line_id] - amount) < 0.005 for line_id, amount in chosen.items()
            ):
                return {
                    "mode": "assisted",
                    "reason": answer["reason"],
                    "confidence": answer["confidence"],
                }
        return {"mode": "manual"}

    @api.model
    def _as_difference(self, row):
        models_of = {
            "deduction": "ar.collection.dispute.reason",
            "write_off": "ar.collection.write.off.reason",
        }
        reason = False
        if row["kind"] in models_of:
            reason = self.env[models_of[row["kind"]]].browse(row.get("reason_id") or [])
            if row["kind"] == "write_off" and not reason:
                reason = reason._default_reason("small")
        return {
            "kind": row["kind"],
            "line": self.env["account.move.line"].browse(row.get("line_id") or []),
            "amount": row["amount"],
            "reason": reason or None,
            "note": row.get("note"),
        }

    def cash_confirm(self, payment_id=None):
        """Match this bank line with a payment that was registered before.

        :return: dict ``id`` of the application, ``message``.
        """
        self._check_waiting()
        payment = self.env["account.payment"].browse(payment_id or [])
        if not payment:
            raise UserError(self.env._("Please choose a bank line and a payment."))
        payment.check_access("read")
        application = self.env["ar.collection.application"]._confirm_payment(self.line_id, payment)
        return {"id": application.id, "message": application._screen_message()}
