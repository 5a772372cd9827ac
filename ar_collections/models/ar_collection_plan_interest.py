from decimal import Decimal

from odoo import Command, api, fields, models

from ..tools import plan_interest

BILLINGS = [
    ("completion", "At the end of the plan"),
    ("monthly", "As its instalments fall due"),
    ("none", "By hand"),
]
PRODUCT = "ar_collections.product_product_ar_plan_interest"
#: Plans of one step of the job.
BATCH = 50


class ResCompany(models.Model):
    _inherit = "res.company"

    ar_plan_interest_product_id = fields.Many2one(
        "product.product",
        string="Interest on plans",
        domain=[("type", "=", "service")],
        help="The product on invoices of the interest and fees of plans: its account and taxes. "
        "Empty: the delivered one, without taxes.",
    )


class ArCollectionPlan(models.Model):
    """Interest and fees of a plan become a draft invoice, as its instalments fall due or at the
    end. Of a plan that ends early only what was earned until then (``tools.plan_interest``)."""

    _inherit = "ar.collection.plan"

    interest_billing = fields.Selection(
        BILLINGS, string="Interest is invoiced", required=True, default="completion"
    )
    interest_move_count = fields.Integer(compute="_compute_interest_move_count")

    @api.depends("line_ids.interest_move_id")
    def _compute_interest_move_count(self):
        for plan in self:
            plan.interest_move_count = len(plan.line_ids.sudo().interest_move_id)  # a number

    @api.model
    def _complete_vals(self, vals):
        result = super()._complete_vals(vals)
        account = self.env["ar.collection"].browse(vals.get("collection_id"))
        if account.policy_id:
            vals.setdefault("interest_billing", account.policy_id.plan_interest_billing)
        return result

    # === ACTIONS === #
    def action_open_interest(self):
        """The invoices of the interest of this plan."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("id", "in", self.line_ids.interest_move_id.ids)]
        action["context"] = {"create": False}
        return action

    # === JOB === #
    @api.model
    def _cron_propose_interest(self):
        """Propose the invoices that are due."""
        plans = self._to_bill(fields.Date.today())
        self.env["ir.cron"]._commit_progress(remaining=len(plans))
        for start in range(0, len(plans), BATCH):
            batch = plans[start : start + BATCH]
            batch._propose_interest(fields.Date.today())
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                break

    @api.model
    def _to_bill(self, today):
        """Plans with interest or fees that should be invoiced by now."""
        lines = self.env["ar.collection.plan.line"].search(
            [
                ("interest_move_id", "=", False),
                "|",
                ("interest", ">", 0),
                ("fee", ">", 0),
                ("plan_id.interest_billing", "!=", "none"),
                "|",
                ("plan_id.state", "in", ("completed", "defaulted")),
                "&",
                "&",
                ("plan_id.state", "=", "active"),
                ("plan_id.interest_billing", "=", "monthly"),
                ("date", "<=", today),
            ]
        )
        return lines.plan_id.filtered(lambda plan: plan._interest_rows(today))

    def _propose_interest(self, today):
        """Make the draft invoices.

        :return: ``account.move``.
        """
        moves = self.env["account.move"]
        for plan in self:
            rows = plan._interest_rows(today)
            if not rows:
                continue
            # sudo: the draft is proposed by the program; accounting looks at it and posts it
            move = moves.sudo().create(plan._prepare_interest_vals(rows))
            for line, _interest, _fee in rows:
                line.sudo().interest_move_id = move  # dito
            moves |= move
            plan.collection_id.sudo().message_post(  # dito
                body=self.env._(
                    "A draft invoice of the interest of %(plan)s is proposed: %(amount)s.",
                    plan=plan.display_name,
                    amount=plan.currency_id.format(move.amount_total),
                ),
                subtype_xmlid="mail.mt_note",
            )
        return moves

    def _interest_rows(self, today):
        """What is to be invoiced now: list of (line, interest, fee), amounts in the currency of
        the plan; lines of which nothing is earned are left out."""
        self.ensure_one()
        until = self.completed_on if self.state == "completed" else self.defaulted_on
        lines = self.line_ids.sorted("date")
        until = until if self.state != "active" and until else today
        earned = plan_interest.earned(
            [(line.date, Decimal(str(line.interest))) for line in lines],
            self.date_start or self.accepted_on or until,
            until,
            self.currency_id.decimal_places,
        )
        rows = []
        for line, interest in zip(lines, earned, strict=True):
            # while it runs, parts are invoiced as a whole when their day has come
            if line.interest_move_id or (self.state == "active" and line.date > today):
                continue
            fee = line.fee if line.date <= until or line == lines[:1] else 0
            if interest or fee:
                rows.append((line, float(interest), fee))
        return rows

    def _prepare_interest_vals(self, rows):
        company, debtor = self.company_id, self.partner_id
        lang = self._content_lang()
        plan = self.with_context(lang=lang)
        product = company.ar_plan_interest_product_id or self.env.ref(PRODUCT)
        commands = []
        for line, interest, fee in rows:
            day = plan._date_text(line.date)
            texts = [
                (
                    interest,
                    plan.env._("Interest on %(plan)s, part of %(date)s", plan=self.name, date=day),
                ),
                (fee, plan.env._("Fee for %(plan)s", plan=self.name)),
            ]
            commands += [
                Command.create(
                    {"product_id": product.id, "name": text, "quantity": 1, "price_unit": amount}
                )
                for amount, text in texts
                if amount
            ]
        return {
            "move_type": "out_invoice",
            "company_id": company.id,
            "partner_id": debtor.id,
            "currency_id": self.currency_id.id,
            "invoice_origin": self.name,
            "invoice_line_ids": commands,
        }
