from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: Context key of ``ar.collection.promise``: ids of the items a new promise is for. (Importing it
#: would load the parts of that model before the model.)
ITEMS_KEY = "ar_collections_promise_items"


class ArCollectionCall(models.Model):
    """Promises made on a call: of the items talked about, the oldest first."""

    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    promise_ids = fields.One2many("ar.collection.promise", "call_id", string="Promises")
    promise_text = fields.Char(
        compute="_compute_promise_text", help="What is promised, beside what is collectable."
    )

    @api.depends("promise_ids.amount", "promise_ids.currency_id", "promise_ids.date")
    def _compute_promise_text(self):
        for call in self:
            call.promise_text = call._promise_sum_text() if call.promise_ids else ""

    def _promise_sum_text(self):
        account, currency = self.collection_id, self.currency_id
        promised = sum(
            promise.currency_id._convert(promise.amount, currency, self.company_id)
            for promise in self.promise_ids
            if promise.currency_id
        )
        return self.env._(
            "Promised %(promised)s of %(collectable)s collectable.",
            promised=currency.format(promised),
            collectable=currency.format(account.collectable),
        )

    @api.onchange("result_id")
    def _onchange_result(self):
        """A result that asks for a promise brings a line per currency of the ticked items; one
        that does not takes away lines nobody has filled in."""
        lines = self.promise_ids.filtered(lambda promise: not promise._origin)
        if self.result_id.asks != "promise":
            self.promise_ids -= lines.filtered(lambda promise: not promise.date)
        elif not self.promise_ids:
            ticked = set(self.line_ids._origin.ids)
            amounts = {}
            for row in (self.item_rows or {}).get("rows", ()):
                if row["id"] in ticked and row["collectable"]:
                    currency_id = row["currency_id"]
                    amounts[currency_id] = amounts.get(currency_id, 0) + row["collectable"]
            self.promise_ids = [
                Command.create(
                    {
                        "collection_id": self.collection_id.id,
                        "currency_id": currency_id,
                        "amount": self.env["res.currency"].browse(currency_id).round(amount),
                    }
                )
                for currency_id, amount in amounts.items()
            ]

    @api.depends("promise_ids.date")
    def _compute_next_action_date(self):
        return super()._compute_next_action_date()

    def _promised_dates(self):
        return [promise.date for promise in self.promise_ids if promise.date]

    def _has_promise(self):
        return bool(self.promise_ids)

    @api.model
    def _sayable(self):
        return super()._sayable() | {"promise_ids"}

    @api.model
    def _with_ticked(self, vals):
        """Promises are of the items talked about, unless they name their own."""
        ticked = self.new({"line_ids": vals.get("line_ids") or []}).line_ids._origin.ids
        return super()._with_ticked(vals).with_context(**{ITEMS_KEY: ticked})

    def _prepare_call_vals(self, vals):
        vals = super()._prepare_call_vals(vals)
        if not vals.get("promise_ids"):
            return vals
        commands = []
        for command in vals["promise_ids"]:
            if command[0] != Command.CREATE:
                raise UserError(self.env._("A call makes new promises; it changes no earlier one."))
            commands.append(
                Command.create({**command[2], "collection_id": vals.get("collection_id")})
            )
        return {**vals, "promise_ids": commands}

    def write(self, vals):
        if "promise_ids" in vals and not self.env.su:
            # promises are evidence of their own: more can be made, none changed
            for command in vals["promise_ids"]:
                if command[0] != Command.LINK and command[0] != Command.CREATE:
                    raise UserError(
                        self.env._(
                            "A promise is evidence: cancel it with a reason, and note the new one."
                        )
                    )
        return super().write(vals)

    def _line_texts(self):
        promises = [
            self.env._("Promised: %(promise)s", promise=promise._new_text())
            for promise in self.promise_ids
        ]
        return promises + super()._line_texts()

    # === API === #
    def _prepare_promises(self, promises):
        """The promises of ``log``: dicts of ``amount, date, currency_id, method, note``."""
        known = {"amount", "date", "currency_id", "method", "note", "line_ids"}
        commands = []
        for values in promises:
            if not isinstance(values, dict) or set(values) - known:
                raise UserError(
                    self.env._(
                        "A promise is given as a dictionary of %(names)s.",
                        names=", ".join(sorted(known)),
                    )
                )
            if not values.get("date") or not values.get("amount"):
                raise UserError(self.env._("Each promise needs an amount and a date."))
            commands.append(Command.create(self._promise_of_items(values)))
        return {"promise_ids": commands} if commands else {}

    @api.model
    def _promise_of_items(self, values):
        """``line_ids`` as rows of (id of the item, amount); without it the oldest items."""
        if not values.get("line_ids"):
            return {name: value for name, value in values.items() if name != "line_ids"}
        rows = [
            Command.create({"line_id": item_id, "amount": amount})
            for item_id, amount in values["line_ids"]
        ]
        return {**values, "line_ids": rows}

    def _promise_ids(self):
        return self.promise_ids.ids
