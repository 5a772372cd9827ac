import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: Items the form shows; a debtor may have thousands.
SHOWN = 40


class ArCollectionCall(models.Model):
    """The form in which a call is logged: what it shows and proposes."""

    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    item_rows = fields.Json(
        compute="_compute_item_rows",
        help="Open claims of the debtor, oldest first: `rows` of {id, number, due, days, bucket, "
        "open, collectable, currency_id, held, reason}, `more` (not shown), `collectable` and "
        "`currency_id` of the debtor.",
    )
    contact_check = fields.Json(
        compute="_compute_contact_check", help="What the contact rules say of this contact now."
    )
    follow_up = fields.Char(compute="_compute_follow_up", help="What happens next, and when.")
    timer_on = fields.Boolean(store=False, help="The form counts the time since the start.")

    @api.depends("collection_id")
    def _compute_item_rows(self):
        for call in self:
            account = call.collection_id
            call.item_rows = account._call_items() if account else False

    @api.depends("collection_id", "channel", "direction")
    def _compute_contact_check(self):
        for call in self:
            if call.direction == "in" or call.channel in ("meeting", "portal"):
                call.contact_check = False
                continue
            account = call.collection_id
            check = account._contact_check(channel=call.channel).get(account.id)
            call.contact_check = check and {
                name: fields.Datetime.to_string(value) if name.endswith("_at") else value
                for name, value in check.items()
            }

    @api.depends(
        "result_id", "next_action", "next_action_date", "callback_at", "line_ids", "collection_id"
    )
    def _compute_follow_up(self):
        for call in self:
            call.follow_up = call._follow_up_text() if call.result_id else ""

    def _follow_up_text(self):
        """The sentence in the footer of the form."""
        parts = []
        if self.next_action:
            parts.append(self.env._("Next action: %(action)s", action=self.next_action))
            if self.next_action_date:
                parts.append(format_date(self.env, self.next_action_date, date_format="EEE d MMM"))
                proposed, source = self._next_day()
                if source == "promise" and proposed == self.next_action_date:
                    parts.append(self.env._("from the first promise"))
        text = ", ".join(parts) or self.env._("No next action")
        return ". ".join(filter(None, [text, self._outcome_text()])).rstrip(".") + "."

    # === ACTIONS === #
    def action_save(self):
        """The call is saved; close the form, and say what else the user should know."""
        self.ensure_one()
        self.check_access("read")
        return self._tell() or {"type": "ir.actions.act_window_close"}

    def action_save_next(self):
        """The call is saved; open the next debtor."""
        self.ensure_one()
        self.check_access("read")
        action = self.collection_id._action_next()
        return self._tell(action) or action

    def action_open_debtor(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "ar.collection",
            "res_id": self.collection_id.id,
            "views": [(False, "form")],
        }

    def _tell(self, following=None):
        """A notification when somebody else talked to this debtor meanwhile; else None."""
        other = self._meanwhile()
        if not other:
            return None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "%(user)s has logged a call with %(debtor)s at %(time)s as well: %(result)s. Both "
                    "are kept.",
                    user=other.user_id.name,
                    debtor=self.collection_id.display_name,
                    time=self._local(other.date).strftime("%H:%M"),
                    result=other.result_id.name,
                ),
                "next": following or {"type": "ir.actions.act_window_close"},
            },
        }

    def _meanwhile(self):
        """Another collector's call with this debtor that was saved since this one began."""
        return self.search(
            [
                ("collection_id", "=", self.collection_id.id),
                ("user_id", "!=", self.user_id.id),
                ("create_date", ">=", self.date),
                ("id", "!=", self.id),
            ],
            limit=1,
        )


class ArCollection(models.Model):
    _name = "ar.collection"
    _inherit = "ar.collection"

    def action_log_call(self):
        """Open the form that logs a call with this debtor, what is known filled in.

        Context: ``ar_message_id`` makes an entry of a message of the debtor,
        ``ar_activity_id`` of an activity, ``ar_line_ids`` ticks these items, ``ar_result`` is
        what the result asks for.
        """
        self.ensure_one()
        self.check_access("read")
        self.env["ar.collection.call"].check_access("create")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_call_action_log"
        )
        action["display_name"] = action["name"] = self.env._(
            "Call: %(debtor)s", debtor=self.display_name
        )
        action["context"] = {
            "dialog_size": "extra-large",
            "ar_next_ids": self.env.context.get("ar_next_ids") or [],
            "ar_next_on_page": bool(self.env.context.get("ar_next_on_page")),
            **{f"default_{name}": value for name, value in self._call_defaults().items()},
        }
        return action

    def _call_defaults(self):
        """What the form of a call begins with."""
        contact = self.contact_id
        ticked = self.env.context.get("ar_line_ids")
        if ticked is None:
            rows = self._call_items()["rows"]
            ticked = [row["id"] for row in rows if row["days"] > 0 and row["collectable"]]
        return {
            "collection_id": self.id,
            "contact_id": contact.id,
            "number": self.phone,
            "line_ids": ticked,
            "level_id": self.level_id.id,
            "activity_id": self.env.context.get("ar_activity_id") or False,
            "request_key": uuid.uuid4().hex,
            **self._result_default(),
        }

    def _result_default(self):
        """The first result that asks for what the context says."""
        asks = self.env.context.get("ar_result")
        if not asks:
            return {}
        result = self.env["ar.collection.call.result"].search([("asks", "=", asks)], limit=1)
        return {"result_id": result.id}

    def _call_items(self):
        """The open claims of the debtor as the form of a call shows them."""
        domain = self._open_items_domain() & fields.Domain("amount_residual", ">", 0)
        items = self.env["account.move.line"]
        lines = items.search(domain, order="date_maturity, id", limit=SHOWN + 1)
        more = items.search_count(domain) - SHOWN if len(lines) > SHOWN else 0
        rows = [
            {
                "id": line.id,
                "number": line.ar_number,
                "due": fields.Date.to_string(line.ar_due_date),
                "days": line.ar_days_overdue,
                "bucket": line.ar_bucket,
                "open": line.amount_residual_currency,
                "collectable": max(line.amount_residual_currency - line.ar_held, 0)
                if line.ar_days_overdue > 0
                else 0,
                "currency_id": line.currency_id.id,
                "held": line.ar_held,
                "reason": line.ar_held_reason,
                "kind": line.ar_held_kind,
            }
            for line in lines[:SHOWN]
        ]
        return {
            "rows": rows,
            "more": more,
            "collectable": self.collectable,
            "currency_id": self.currency_id.id,
        }

    def _action_next(self):
        """Hook: the window to open after a call with this debtor: the next of the list.

        Context: ``ar_next_ids``, ids of the debtors of the list in their order;
        ``ar_next_on_page``: the form was opened on a debtor's page, which is told to show the
        next debtor (``ar_next_id``) and to open the form there.
        """
        ids = self.env.context.get("ar_next_ids") or []
        after = ids[ids.index(self.id) + 1 :] if self.id in ids else []
        following = self.search([("id", "in", after)]).sorted(lambda account: ids.index(account.id))
        if not following:
            return {"type": "ir.actions.act_window_close"}
        if self.env.context.get("ar_next_on_page"):
            return {
                "type": "ir.actions.act_window_close",
                "infos": {"ar_next_id": following[0].id},
            }
        return following[:1].with_context(ar_next_ids=after).action_log_call()


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = "res.partner"

    def action_ar_log_call(self):
        """Log a call with the debtor this contact belongs to."""
        self.ensure_one()
        self.check_access("read")
        account = self.env["ar.collection"].search(
            [
                ("partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.env.company._ar_root().id),
            ]
        )
        if not account:
            raise UserError(
                self.env._(
                    "%(debtor)s is no debtor of %(company)s that you work with. A debtor appears by "
                    "itself after the first posted invoice.",
                    debtor=self.commercial_partner_id.display_name,
                    company=self.env.company._ar_root().name,
                )
            )
        return account.action_log_call()


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = "account.move"

    def action_ar_log_call(self):
        """Log a call about this invoice: its open items are ticked."""
        self.ensure_one()
        self.check_access("read")
        lines = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line.amount_residual > 0
        )
        partner = self.partner_id.with_context(ar_line_ids=lines.ids)
        return partner.with_company(self.company_id).action_ar_log_call()
