from collections import defaultdict

from odoo import api, fields, models


class ArCollectionCall(models.Model):
    """What the contact rule said when a contact was made.

    A log tells what happened, so nothing is refused here: the rule speaks before dialling.
    """

    _inherit = "ar.collection.call"

    rule_code = fields.Char(
        string="Against the rule",
        readonly=True,
        copy=False,
        help="What the contact rule said against it when it was made: hours, holiday, quiet days "
        "...; empty: nothing.",
    )
    overridden = fields.Boolean(
        string="Allowed by a manager", readonly=True, copy=False, help="By an override."
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._with_verdicts(vals_list))

    @api.model
    def _with_verdicts(self, vals_list):
        """Add to the values of outgoing contacts what the rule said at that moment."""
        groups = defaultdict(set)
        for vals in vals_list:
            if vals.get("collection_id") and vals.get("direction", "out") == "out":
                groups[self._moment_of(vals)].add(vals["collection_id"])
        verdicts = {
            (channel, now): self.env["ar.collection"]
            .browse(account_ids)
            .exists()
            ._contact_check(channel, now)
            for (channel, now), account_ids in groups.items()
        }
        return [{**vals, **self._said_of(vals, verdicts)} for vals in vals_list]

    @api.model
    def _said_of(self, vals, verdicts):
        said = verdicts.get(self._moment_of(vals), {}).get(vals.get("collection_id"))
        if not said or vals.get("direction", "out") != "out":
            return {"rule_code": False, "overridden": False}
        return {"rule_code": said["code"], "overridden": said["overridden"]}

    @api.model
    def _moment_of(self, vals):
        date = fields.Datetime.to_datetime(vals.get("date")) or fields.Datetime.now()
        return vals.get("channel", "phone"), date.replace(second=0, microsecond=0)
