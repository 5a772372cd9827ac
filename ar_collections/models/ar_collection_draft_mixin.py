from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ArCollectionDraftMixin(models.AbstractModel):
    """A numbered record that a person drafts and the program moves on from state to state.

    A model gives its ``state``, ``_transitions`` and ``_sayable``; all else that it notes is
    not for persons to say.
    """

    _name = "ar.collection.draft.mixin"
    _inherit = ["ar.collection.state.mixin"]
    _description = "Drafted by a Person, Moved on by the Program"

    #: Names of the fields a person says.
    _sayable = frozenset()
    #: Those of them that can be said of what was asked for already.
    _sayable_later = frozenset()

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    user_id = fields.Many2one(
        "res.users", string="Asked by", readonly=True, default=lambda self: self.env.user
    )

    # === CRUD === #
    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            if not self.env.su:
                self._check_sayable(vals)
                vals["user_id"] = self.env.uid  # whatever the context proposes
            # sudo: sequences are the administrator's
            vals["name"] = self.env["ir.sequence"].sudo().next_by_code(self._name) or "/"
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_sayable(vals)
            if set(vals) & (self._sayable - self._sayable_later):
                self._check_draft()
        return super().write(vals)

    @api.model
    def _check_sayable(self, vals):
        ours = {name for name, field in self._fields.items() if field._module == "ar_collections"}
        if forbidden := set(vals) & ours - self._sayable:
            raise AccessError(
                self.env._(
                    'A person cannot say this of a "%(what)s": %(names)s.',
                    what=self.env["ir.model"]._get(self._name).name,
                    names=", ".join(sorted(self._fields[name].string for name in forbidden)),
                )
            )

    def _check_draft(self):
        """Refuse changes of what is no draft any more, unless the program makes them."""
        asked = self.filtered(lambda record: record.state != "draft")
        if asked and not self.env.su:
            raise UserError(
                self.env._(
                    "%(record)s was asked for already and cannot be changed. Please cancel it "
                    "and ask anew.",
                    record=asked[0].display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_drafts_only(self):
        asked = self.filtered(lambda record: record.state != "draft")
        if asked and not self.env.su:
            raise UserError(
                self.env._(
                    "%(record)s is evidence and cannot be deleted. Cancel it instead.",
                    record=asked[0].display_name,
                )
            )

    # === STATE === #
    def _check_state(self, *states):
        """Refuse what cannot be done in the state these are in.

        :raises UserError: it names the first that is in none of these states.
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in states:
                raise UserError(
                    self.env._(
                        '%(record)s is in state "%(state)s"; this cannot be done with it now.',
                        record=record.display_name,
                        state=labels[record.state],
                    )
                )
