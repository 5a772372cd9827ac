from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .ar_collection_call_create import SAYABLE


class ArCollectionCall(models.Model):
    """Calls logged by programs: a telephone system, another list."""

    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    @api.model
    def log(self, values):
        """Log a call with its promises and follow-up, as the form does.

        :param dict values: fields of the call, by id (``collection_id`` or ``partner_id``,
            ``result_id``; optional ``contact_id, channel, direction, number, date, duration,
            reached, nonpayment_reason_id, line_ids, note, callback_at, next_action,
            next_action_date``), ``promises``: list of dicts of promise fields (``amount,
            currency_id, date, line_ids``), and ``request_key``: sent again with the same key,
            the call is not logged again. Date and time are UTC, ``YYYY-MM-DD HH:MM:SS``.
        :return: dict ``id``, ``already`` (it was logged before), ``next_action``,
            ``next_action_date``, ``callback_at``, ``promise_ids``, ``follow_up`` (a sentence).
        :raises UserError: something is missing or unknown; it says what.
        :raises AccessError: the debtor is not the user's.
        """
        vals = self._prepare_log_vals(values)
        account = self.env["ar.collection"].browse(vals.get("collection_id")).exists()
        if not account:
            raise UserError(self.env._("Please say which debtor: collection_id or partner_id."))
        if not vals.get("result_id"):
            raise UserError(self.env._("Please say what came of the call: result_id."))
        account.check_access("write")
        already = bool(self._known_keys([vals]))
        call = self.create([vals])
        return {
            "id": call.id,
            "already": already,
            "next_action": call.next_action or False,
            "next_action_date": fields.Date.to_string(call.next_action_date) or False,
            "callback_at": fields.Datetime.to_string(call.callback_at) or False,
            "promise_ids": call._promise_ids(),
            "follow_up": call.follow_up,
        }

    def _prepare_log_vals(self, values):
        """The values of ``log`` as those of a record.

        :raises UserError: a key nobody knows.
        """
        vals = dict(values)
        partner_id = vals.pop("partner_id", None)
        if partner_id and not vals.get("collection_id"):
            partner = self.env["res.partner"].browse(partner_id).exists()
            vals["collection_id"] = (
                self.env["ar.collection"]
                .search(
                    [
                        ("partner_id", "=", partner.commercial_partner_id.id),
                        ("company_id", "=", self.env.company._ar_root().id),
                    ]
                )
                .id
            )
        promises = vals.pop("promises", None)
        if unknown := set(vals) - SAYABLE | set(vals) & {"timer_on"}:
            raise UserError(
                self.env._(
                    "A call knows nothing of %(names)s. Known are: %(known)s.",
                    names=", ".join(sorted(unknown)),
                    known=", ".join(sorted(SAYABLE | {"partner_id", "promises"})),
                )
            )
        if "line_ids" in vals:
            vals["line_ids"] = [Command.set(self._plain_ids(vals["line_ids"]))]
        return vals | self._prepare_promises(promises or [])

    @api.model
    def _plain_ids(self, value):
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, int) for item in value):
            raise UserError(self.env._("Items are given as a list of ids: line_ids."))
        return list(value)

    def _prepare_promises(self, promises):
        """Hook: the promises of ``log`` as values of the record."""
        return {}

    def _promise_ids(self):
        """Hook: ids of the promises that were made on this call."""
        return []
