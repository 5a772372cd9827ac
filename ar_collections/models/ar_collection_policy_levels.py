from odoo import api, fields, models
from odoo.exceptions import UserError


class ArCollectionPolicy(models.Model):
    """Changes of several levels at once are checked when all are made."""

    _inherit = "ar.collection.policy"

    archived_level_count = fields.Integer(
        string="Archived levels", compute="_compute_archived_level_count"
    )

    def _compute_archived_level_count(self):
        counts = dict(
            self.env["ar.collection.level"]._read_group(
                [("policy_id", "in", self.ids), ("active", "=", False)], ["policy_id"], ["__count"]
            )
        )
        for policy in self:
            policy.archived_level_count = counts.get(policy, 0)

    def action_open_archived_levels(self):
        """The levels taken out of the ladder that notices or items still name."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_level_action"
        )
        action["display_name"] = self.env._("Archived levels")
        action["domain"] = [("policy_id", "=", self.id), ("active", "=", False)]
        action["context"] = {"create": False}
        return action

    @api.model_create_multi
    def create(self, vals_list):
        policies = super(ArCollectionPolicy, self._later()).create(vals_list)
        policies = policies.with_env(self.env)
        policies._check_ladder()
        policies._check_reach()
        return policies

    def write(self, vals):
        if "level_ids" not in vals:
            return super().write(vals)
        result = super(ArCollectionPolicy, self._later()).write(vals)
        self._check_ladder()
        self._check_reach()
        return result

    def web_resequence(self, specification, field_name="sequence", offset=0):
        result = super(ArCollectionPolicy, self._later()).web_resequence(
            specification, field_name=field_name, offset=offset
        )
        self._check_reach()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for policy in self.with_context(active_test=False):
            if policy.level_ids._used():
                raise UserError(
                    self.env._(
                        "Notices were sent by policy %(policy)s: it is part of their history. "
                        "Archive it instead.",
                        policy=policy.name,
                    )
                )

    def _place_levels(self, new):
        """Put new levels where their day belongs, the others keep their order."""
        self.ensure_one()
        if not new:
            return
        order = list((self.level_ids - new).sorted("sequence"))
        for level in new.sorted("delay"):
            place = sum(other.delay <= level.delay for other in order)
            order.insert(place, level)
        for sequence, level in enumerate(order, start=1):
            if level.sequence != sequence:
                level._later().sequence = sequence
        self.invalidate_recordset(["level_ids"])  # their order
