from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What only the machine notes of a disputed item.
MACHINE = frozenset({"accepted", "credited", "dispute_id", "line_id", "move_id", "item_name"})


class ArCollectionDisputeItem(models.Model):
    """So much of this open item is disputed, in the currency of the item."""

    _name = "ar.collection.dispute.item"
    _description = "Disputed Item"
    _order = "dispute_id, item_due_date, id"

    dispute_id = fields.Many2one(
        "ar.collection.dispute", required=True, index=True, ondelete="cascade"
    )
    collection_id = fields.Many2one(related="dispute_id.collection_id")
    company_id = fields.Many2one(related="dispute_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="dispute_id.currency_id", store=True)
    state = fields.Selection(related="dispute_id.state")
    line_id = fields.Many2one(
        "account.move.line", string="Item", index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one(
        "account.move", string="Document", index="btree_not_null", ondelete="set null"
    )
    source_line_ids = fields.Many2many(
        "account.move.line",
        "ar_collection_dispute_item_source_rel",
        string="Lines of the invoice",
        help="What of the invoice is disputed: the credit note is made of these lines. Empty: of "
        "all its lines, in proportion.",
    )
    item_name = fields.Char(string="Number", readonly=True)
    item_due_date = fields.Date(string="Due on", readonly=True)
    open_amount = fields.Monetary(related="line_id.amount_residual_currency", string="Open")
    amount = fields.Monetary(string="Disputed", help="In the currency of the item.")
    accepted = fields.Monetary(
        readonly=True, help="What of it is given up: by credit note or write-off."
    )
    credited = fields.Monetary(
        compute="_compute_credited",
        help="What the dispute's own credit notes have paid of the item.",
    )

    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "The disputed amount of an item cannot be negative."
    )
    _line_uniq = models.UniqueIndex(
        "(dispute_id, line_id) WHERE line_id IS NOT NULL",
        "Each item stands once in a dispute. Please add up its amounts.",
    )

    # === COMPUTES === #
    @api.depends("line_id.matched_credit_ids", "dispute_id.credit_move_ids.state")
    def _compute_credited(self):
        # sudo: what the ledger says of items one may see here
        items = self.sudo()
        own = {
            (item.dispute_id.id, line.id)
            for item in items
            for line in item.dispute_id.credit_move_ids.line_ids
        }
        rows = (
            self.env["account.partial.reconcile"]
            .sudo()  # dito: whoever answers disputes need not be an accountant
            ._read_group(
                [
                    ("debit_move_id", "in", items.line_id.ids),
                    ("credit_move_id", "in", [line_id for _dispute, line_id in own]),
                ],
                ["debit_move_id", "credit_move_id"],
                ["debit_amount_currency:sum"],
            )
        )
        paid = defaultdict(list)
        for item, credit, amount in rows:
            paid[item.id].append((credit.id, amount))
        for item in self:
            item.credited = sum(
                amount
                for credit_id, amount in paid.get(item.sudo().line_id.id, ())  # its number only
                if (item.dispute_id.id, credit_id) in own
            )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        """Without an amount it is all that is open and not disputed yet."""
        lines = self.env["account.move.line"].browse(vals.get("line_id") for vals in vals_list)
        free = self._free_of(lines)
        vals_list = [dict(vals) for vals in vals_list]
        for vals, line in zip(vals_list, lines, strict=True):
            if not self.env.su and (forbidden := set(vals) & {"accepted", "item_name", "move_id"}):
                raise UserError(
                    self.env._(
                        "A person cannot say this of a disputed item: %(names)s.",
                        names=", ".join(sorted(forbidden)),
                    )
                )
            # sudo: an item of the debtor in a branch that the user does not work in is named
            of_item = line.sudo()
            vals.update(
                move_id=of_item.move_id.id,
                item_name=of_item.ar_number,
                item_due_date=of_item.date_maturity or of_item.date,
            )
            if vals.get("amount") is None:
                vals["amount"] = free.get(line.id, 0.0)
        items = super().create(vals_list)
        # what is taken over from elsewhere may be paid since
        if not (self.env.su and self.env.context.get("ar_collections_history")):
            items._check_amounts()
        if not self.env.context.get("ar_collections_settling"):  # added to one that is open
            items.dispute_id._check_open_state()
            for dispute, added in items.grouped("dispute_id").items():
                dispute._on_amounts([(item.item_name, 0, item.amount) for item in added])
        return items

    def write(self, vals):
        if not self.env.su and (MACHINE & set(vals)):
            raise UserError(
                self.env._(
                    "Of a disputed item only the amount can be changed. Take the item away and "
                    "add another."
                )
            )
        if "amount" in vals:
            self.dispute_id._check_open_state()
        before = {item: item.amount for item in self}
        result = super().write(vals)
        if "amount" in vals and not self.env.context.get("ar_collections_settling"):
            self._check_amounts()
            self.dispute_id._on_amounts(
                [(item.item_name, before[item], item.amount) for item in self]
            )
        return result

    def unlink(self):
        disputes = self.dispute_id
        if not self.env.su:
            disputes._check_open_state()
        gone = [(item.item_name, item.amount, 0) for item in self]
        result = super().unlink()
        disputes = disputes.exists()
        disputes._on_amounts(gone)
        disputes._check_has_items()
        return result

    # === CHECKS === #
    @api.constrains("line_id", "dispute_id")
    def _check_item(self):
        for item in self.filtered("line_id"):
            line, dispute = item.line_id.sudo(), item.dispute_id  # branch items: read only
            if (
                line.account_id.account_type != "asset_receivable"
                or line.partner_id.commercial_partner_id != dispute.collection_id.partner_id
                or line.company_id._ar_root() != dispute.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(item)s is not an item of %(debtor)s. Please choose items of this debtor "
                        "and company.",
                        item=line.move_name or line.display_name,
                        debtor=dispute.partner_id.display_name,
                    )
                )
            if line.currency_id != dispute.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(item)s is in %(currency)s, the dispute in %(other)s. Please open one "
                        "dispute per currency.",
                        item=line.move_name,
                        currency=line.currency_id.name,
                        other=dispute.currency_id.name,
                    )
                )

    @api.constrains("source_line_ids", "move_id")
    def _check_sources(self):
        for item in self.filtered("source_line_ids"):
            if item.sudo().source_line_ids.move_id != item.sudo().move_id:  # ids only
                raise ValidationError(
                    self.env._(
                        "Only lines of %(item)s can be ticked for it.", item=item.item_name or ""
                    )
                )

    def _check_amounts(self):
        """Disputed is what is open, once.

        :raises UserError: of a draft, cancelled or paid document, or more than is open and not
            disputed already.
        """
        holding = self.filtered(lambda item: item.dispute_id.kind != "query")
        for dispute, items in holding.grouped("dispute_id").items():
            free = self._free_of(items.line_id, but=dispute)
            for item in items:
                item._check_claimable()
                item._check_free(free.get(item.line_id.id, 0.0))

    def _check_claimable(self):
        line = self.line_id.sudo()  # branch items: state and amount only
        if line.parent_state != "posted":
            raise UserError(
                self.env._(
                    "%(item)s is not posted, so nothing of it is claimed. Please note the question "
                    "as a query.",
                    item=self.item_name or line.display_name,
                )
            )
        if self.currency_id.compare_amounts(line.amount_residual_currency, 0) <= 0:
            raise UserError(
                self.env._(
                    "%(item)s has nothing open that could be disputed. Please note the question as "
                    "a query: it holds nothing.",
                    item=self.item_name,
                )
            )

    def _check_free(self, free):
        currency = self.currency_id
        if currency.compare_amounts(self.amount, 0) <= 0:
            raise UserError(
                self.env._(
                    "How much of %(item)s is disputed? Please enter it.", item=self.item_name
                )
                if currency.compare_amounts(free, 0) > 0
                else self._overlap_text()
            )
        if currency.compare_amounts(self.amount - self.credited, free) <= 0:
            return
        if self._others():
            raise UserError(self._overlap_text())
        raise UserError(
            self.env._(
                "%(item)s has %(open)s open; %(amount)s cannot be disputed. Please enter what is "
                "open or less.",
                item=self.item_name,
                # sudo: branch items, or a resolver without accounting
                open=currency.format(self.line_id.sudo().amount_residual_currency),
                amount=currency.format(self.amount),
            )
        )

    def _others(self):
        """Other disputes that hold a part of the same item."""
        # sudo: a dispute of another team counts as well
        return (
            self.sudo()
            .search(
                [
                    ("line_id", "=", self.line_id.id),
                    ("dispute_id", "!=", self.dispute_id.id),
                    ("dispute_id.is_open", "=", True),
                    ("dispute_id.kind", "!=", "query"),
                ]
            )
            .dispute_id
        )

    def _overlap_text(self):
        others = self._others()
        currency = self.currency_id
        items = others.item_ids.filtered(lambda item: item.line_id == self.line_id)
        return self.env._(
            "Of %(item)s %(open)s is open and %(disputed)s disputed already (%(others)s). Please "
            "lower the amount, or add what is new to that dispute.",
            item=self.item_name,
            # sudo: branch items, or a resolver without accounting
            open=currency.format(self.line_id.sudo().amount_residual_currency),
            disputed=currency.format(sum(items.mapped("amount"))),
            others=", ".join(others.mapped("name")),
        )

    @api.model
    def _free_of(self, lines, but=None):
        """dict id of the item -> what is open and in no other dispute, in its currency.

        :param but: disputes that do not count.
        """
        domain = [
            ("line_id", "in", lines.ids),
            ("dispute_id.is_open", "=", True),
            ("dispute_id.kind", "!=", "query"),
            ("dispute_id", "not in", but.ids if but else []),
        ]
        # sudo: a dispute of another team counts as well; branch items
        taken = defaultdict(float)
        for item in self.sudo().search(domain):
            taken[item.line_id.id] += item._claimed()
        return {
            line.id: max(0.0, line.amount_residual_currency - taken[line.id])
            for line in lines.sudo()  # branch items
        }

    def _claimed(self):
        """What the item's dispute holds of it, as far as it stands open."""
        self.ensure_one()
        decided = self.dispute_id._is_decided()
        return max(0.0, (self.accepted if decided else self.amount) - self.credited)
