from odoo import models


class ArCollectionPlan(models.Model):
    """An extension changes the due date in the ledger, if the accountant's setting says so.

    The original due date stays on the item, on the plan's evidence, and is told on the invoice
    and in the audit list. A cancelled extension gives it back; one that defaulted leaves the
    new date, which has passed by then.
    """

    _inherit = "ar.collection.plan"

    def _redate(self):
        result = super()._redate()
        for plan in self.filtered(lambda plan: plan.kind == "extension" and plan.change_maturity):
            for item in plan.item_ids.filtered("line_id"):
                plan._set_due_date(item, plan.last_date)
        return result

    def _set_due_date(self, item, date):
        """Write the due date of an item, with a trace."""
        # sudo: the setting of the accountant allows it to whoever may make plans
        line = item.line_id.sudo()
        before = line.date_maturity or line.date
        if before == date:
            return
        original = line._ar_original_due_date()
        line.write(
            {
                "date_maturity": date,
                "ar_original_due_date": original if original != date else False,
            }
        )
        item.sudo().new_due_date = date if original != date else False  # dito
        text = self.env._(
            "Due date of %(item)s changed from %(before)s to %(date)s by %(plan)s; originally due "
            "on %(original)s.",
            item=item.item_name,
            before=self._date_text(before),
            date=self._date_text(date),
            plan=self.display_name,
            original=self._date_text(original),
        )
        line.move_id._message_log(body=text)
        self.env["ar.collection.audit"]._log(self, "correction", text)

    def _on_state(self, state, before):
        result = super()._on_state(state, before)
        if state == "cancelled":
            for plan in self.filtered(lambda plan: before[plan.id] == "active"):
                for item in plan.item_ids.filtered(lambda i: i.new_due_date and i.line_id):
                    if item.line_id.sudo().date_maturity == item.new_due_date:  # branch items
                        plan._set_due_date(item, item.item_due_date)
        return result
