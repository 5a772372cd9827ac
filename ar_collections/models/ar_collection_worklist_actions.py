from odoo import api, models
from odoo.exceptions import UserError


class ArCollection(models.Model):
    """What a collector does with debtors of the worklist, with one or with many."""

    _inherit = "ar.collection"

    def action_pin(self):
        """Put these debtors on top of the list, or take them down when all are there.

        :return: whether they are pinned now.
        """
        self.check_access("write")
        pinned = not all(self.mapped("pinned"))
        self.write({"pinned": pinned})
        return pinned

    def action_snooze(self):
        """Ask until when these debtors are put off, and why."""
        self.check_access("write")
        return self._action_wizard("ar_collections.ar_collection_snooze_action")

    def action_wake(self):
        """End the snooze of these debtors.

        :return: True
        """
        self.check_access("write")
        self.filtered("snoozed_until").write({"snoozed_until": False, "snooze_reason": False})
        return True

    def action_schedule_calls(self):
        """Ask when these debtors are to be called."""
        self.check_access("write")
        return self._action_wizard("ar_collections.ar_collection_schedule_action")

    def action_export(self):
        """Download these debtors as a spreadsheet, in the order of the worklist."""
        self.check_access("read")
        export = self.env["ar.collection.worklist.export"].create({"collection_ids": self.ids})
        return export.action_export()

    def _action_wizard(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["context"] = {"default_collection_ids": self.ids}
        return action

    # === NOTICES === #
    def action_send_notice(self):
        """Decide for these debtors as tonight's run would, and queue their notices now.

        Levels that need approval wait for it, as in a run.

        :return: a notification that says how many notices leave, and why others do not.
        :raises UserError: it is not yet said where old debt starts.
        """
        self.check_access("write")
        notices = self.env["ar.collection.notice"]
        decisions = self.env["ar.collection.decision"]
        for company, accounts in self.grouped("company_id").items():
            decided = accounts._send_notices(company)
            notices |= decided.notice_id
            decisions |= decided.filtered(lambda decision: not decision.notice_id)
        if notices:
            notices._trigger_delivery()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if notices else "warning",
                "message": self._told_notices(notices, decisions),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _send_notices(self, company):
        """Decisions of today's run about these debtors; one that has its notice is left."""
        if company.sudo()._ar_needs_catch_up():  # a yes or no on settings
            raise UserError(
                self.env._(
                    "It is not yet said at which level old debt of %(company)s starts. A manager "
                    "does so when sending the first notices.",
                    company=company.sudo().name,  # dito
                )
            )
        # sudo: runs, decisions and notices are read-only for every human; the caller may
        # write these accounts
        run = self.env["ar.collection.run"].sudo().with_company(company)
        run = run._get_or_create(company, company._ar_today())
        of_today = run.decision_ids.filtered(lambda row: row.collection_id in self)
        done = of_today.filtered("notice_id")
        (of_today - done).unlink()
        left = self - done.filtered(lambda row: not row.address_id).collection_id
        if left:
            left.action_refresh()
            results = run._decide(company, run.date, left.partner_id.ids)
            run._queue(run._without_noticed(results, done))
        decided = run.decision_ids.search(
            [("run_id", "=", run.id), ("collection_id", "in", self.ids)]
        )
        (decided - done).notice_id._made_on_call()
        return decided

    @api.model
    def _told_notices(self, notices, decisions):
        """How many notices leave, and why others do not, in words."""
        waiting = notices.filtered(lambda notice: notice.state == "to_approve")
        leaving = notices.filtered(lambda notice: notice.state == "queued")
        parts = []
        if leaving:
            parts.append(self.env._("%(count)s notices leave now.", count=len(leaving)))
        if waiting:
            parts.append(self.env._("%(count)s wait for approval.", count=len(waiting)))
        for sent in (notices - waiting - leaving).grouped("state").values():
            parts.append(
                self.env._("%(count)s had one today already.", count=len(sent.collection_id))
            )
        for decision in decisions[:5]:
            parts.append(
                self.env._(
                    "%(debtor)s: %(why)s",
                    debtor=decision.partner_id.display_name,
                    why=decision.conclusion or decision.why or "",
                )
            )
        if len(decisions) > 5:
            parts.append(self.env._("And %(count)s more.", count=len(decisions) - 5))
        return " ".join(parts) or self.env._("Nothing to send.")
