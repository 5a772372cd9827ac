from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from .ar_collection_level import LATER

#: Where a level may be named for good.
USES = (
    ("ar.collection.notice", "level_id"),
    ("ar.collection.notice.line", "level_id"),
    ("ar.collection.notice.line", "previous_level_id"),
    ("account.move.line", "ar_level_id"),
)


class ArCollectionLevel(models.Model):
    """The place of a level in its ladder, and what becomes of it when it is taken away."""

    _inherit = "ar.collection.level"

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        self._check_days_free(vals_list)
        levels = super(ArCollectionLevel, self._later()).create(vals_list)
        levels = levels.with_env(self.env)
        for policy, of_policy in levels.grouped("policy_id").items():
            policy._place_levels(of_policy.filtered(lambda level: not level.sequence))
        levels._check_ladder()
        return levels

    @api.model
    def _check_days_free(self, vals_list):
        """Name the two that would stand on one day, before the database refuses."""
        taken = {}
        for vals in vals_list:
            policy_id, day = vals.get("policy_id"), vals.get("delay", 0)
            if policy_id not in taken:
                policy = self.env["ar.collection.policy"].browse(policy_id)
                taken[policy_id] = {level.delay: level.name for level in policy.level_ids}
            if vals.get("active", True) and taken[policy_id].setdefault(day, vals) is not vals:
                raise ValidationError(
                    self.env._(
                        "%(level)s and %(before)s both stand on day %(day)s. Give each level its own "
                        "day.",
                        level=vals.get("name"),
                        before=taken[policy_id][day],
                        day=day,
                    )
                )
            taken[policy_id][day] = vals.get("name")

    def web_resequence(self, specification, field_name="sequence", offset=0):
        result = super(ArCollectionLevel, self._later()).web_resequence(
            specification, field_name=field_name, offset=offset
        )
        self._check_ladder()
        return result

    def _later(self):
        return self.with_context(ar_collections_check=LATER)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self._used()
        if used:
            raise UserError(
                self.env._(
                    "Notices were sent at %(levels)s, or items stand there: deleted, their debtors "
                    "would be reminded of them anew. Archive it instead.",
                    levels=", ".join(used.mapped("name")),
                )
            )

    def unlink(self):
        policies = self.policy_id
        result = super().unlink()
        if self.env.context.get("ar_collections_check") is not LATER:
            policies._check_ladder()
        return result

    # === USE === #
    def _used(self):
        """Those of these levels that items stand at or notices name."""
        # sudo: of what is used a yes or no leaves here, whoever owns it
        return self.filtered(
            lambda level: any(
                # sudo: whether anybody uses the level, nothing else is told
                self.env[model].sudo().search([(name, "=", level.id)], order="id", limit=1)
                for model, name in USES
            )
        )

    def action_remove(self):
        """Take levels out of their ladder: those in use are archived, the others deleted."""
        self.check_access("unlink")
        used = self._used()
        used.active = False
        (self - used).unlink()
        return True
