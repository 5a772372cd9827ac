from odoo import fields, models


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

    def _prepare_call_vals(self, vals):
        vals = super()._prepare_call_vals(vals)
        account = self.env["ar.collection"].browse(vals.get("collection_id")).exists()
        if not account or vals.get("direction", "out") != "out":
            return vals
        now = fields.Datetime.to_datetime(vals.get("date")) or fields.Datetime.now()
        said = account._contact_check(vals.get("channel", "phone"), now)[account.id]
        return {**vals, "rule_code": said["code"], "overridden": said["overridden"]}
