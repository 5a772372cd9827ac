from odoo import api, fields, models
from odoo.exceptions import UserError


class ArCollectionDispute(models.Model):
    """Duplicates become one; what belongs together is linked both ways."""

    _inherit = "ar.collection.dispute"

    merged_into_id = fields.Many2one(
        "ar.collection.dispute",
        string="Merged into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    merged_ids = fields.One2many(
        "ar.collection.dispute", "merged_into_id", string="Merged with this", readonly=True
    )

    def action_merge(self):
        """Merge open disputes of one debtor and currency into the oldest; a query, which holds
        nothing, goes into what contests an amount.

        The same item in two of them is one contested amount: the larger counts. Mails and
        attachments move along.

        :return: the action that opens the one that remains.
        :raises UserError: one is closed or decided, or they are of two debtors or currencies.
        """
        self.check_access("write")
        self._check_open_state()
        if len(self) < 2:
            raise UserError(self.env._("Please choose at least two disputes to merge."))
        if len(self.collection_id) > 1 or len(self.currency_id) > 1:
            raise UserError(
                self.env._("Only disputes of one debtor and one currency can be merged.")
            )
        decided = self.filtered(lambda dispute: dispute._is_decided())
        if decided:
            raise UserError(self.env._("%(dispute)s is decided already.", dispute=decided[0].name))
        winner = self.sorted(lambda dispute: (dispute.kind == "query", dispute.id))[0]
        winner._absorb(self - winner)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": winner.id,
            "views": [(False, "form")],
        }

    def _absorb(self, others):
        items = {item.line_id: item for item in self.item_ids}
        taken = []
        # what a query only asks about is contested by nobody
        contested = others if self.kind == "query" else others.filtered(lambda d: d.kind != "query")
        for item in contested.item_ids:
            own = items.get(item.line_id)
            if own:
                taken.append((own, max(own.amount, item.amount)))
            elif item.line_id:
                taken.append((item, item.amount))
        # first they let go, then the winner holds: no amount twice
        # sudo: what was merged is written by the program
        others.sudo().write({"merged_into_id": self.id})
        others._set_state("resolved", outcome="merged")
        settling = self.sudo().with_context(ar_collections_settling=True)  # dito
        for item, amount in taken:
            if item.dispute_id == self:
                item.sudo().with_context(ar_collections_settling=True).amount = amount  # dito
            else:
                settling.item_ids.create(
                    {
                        "dispute_id": self.id,
                        "line_id": item.line_id.id,
                        "amount": amount,
                        "source_line_ids": [fields.Command.set(item.source_line_ids.ids)],
                    }
                )
        self._sync_holds()
        for other in others:
            other.sudo().message_change_thread(self.sudo())  # all of it, whoever may see what
            other._message_log(body=self.env._("Merged into %(name)s.", name=self.name))
        settling.asked_user_ids |= others.asked_user_ids
        self._message_log(
            body=self.env._("Merged with %(names)s.", names=", ".join(others.mapped("name")))
        )

    # === RELATED === #
    @api.model_create_multi
    def create(self, vals_list):
        disputes = super().create(vals_list)
        disputes._link_back()
        return disputes

    def write(self, vals):
        former = {dispute: dispute.related_ids for dispute in self} if "related_ids" in vals else {}
        result = super().write(vals)
        for dispute, before in former.items():
            # sudo: the link shows on both
            for gone in (before - dispute.related_ids).sudo():
                gone.related_ids -= dispute
        if former:
            self._link_back()
        return result

    def _link_back(self):
        """Related is related both ways; only what one may see can be linked."""
        for dispute in self:
            dispute.related_ids.check_access("read")
            for other in dispute.related_ids.sudo():  # the link shows on both
                if dispute not in other.related_ids:
                    other.related_ids |= dispute


class ArCollectionDisputeItem(models.Model):
    _inherit = "ar.collection.dispute.item"

    def _check_not_taken(self):
        """Before a closed dispute opens again.

        :raises UserError: another one contests so much of an item that both cannot be open.
        """
        holding = self.filtered(lambda item: item.dispute_id.kind != "query" and item.line_id)
        free = self._free_of(holding.line_id, but=holding.dispute_id)
        for item in holding:
            line = item.line_id.sudo()  # branch items: what is open
            wanted = min(item.amount - item.credited, line.amount_residual_currency)
            if item.currency_id.compare_amounts(wanted, free[item.line_id.id]) > 0:
                raise UserError(item._overlap_text())
