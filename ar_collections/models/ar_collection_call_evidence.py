from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from .ar_collection_call_create import SAYABLE

#: Of no use to a reader.
HIDDEN = {"request_key", "activity_id", "message_id", "collection_id"}


class ArCollectionCall(models.Model):
    """A call is evidence: after its day only a manager corrects it, and the old text stays."""

    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    former = fields.Text(
        string="Earlier text", readonly=True, help="What stood here before it was corrected."
    )
    can_edit = fields.Boolean(compute="_compute_can_edit")

    @api.depends("user_id", "create_date")
    @api.depends_context("uid")
    def _compute_can_edit(self):
        for call in self:
            call.can_edit = call._is_fresh() or self._may_correct()

    def _is_fresh(self):
        """Whether it was logged today, by the user."""
        if not self._origin:
            return True
        logged = self._local_of_company(self.create_date).date()
        return self.create_uid == self.env.user and logged == self.company_id._ar_today()

    @api.model
    def _may_correct(self):
        return self.env.su or self.env.user.has_group("ar_collections.group_ar_collection_manager")

    # === CRUD === #
    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self.check_access("write")
        self._check_sayable(vals)
        self._check_may_change()
        self._keep_former(vals)
        accounts = self.collection_id
        result = super().write(vals)
        self._check_input()
        for account in accounts | self.collection_id:
            account._recount_calls()
        for call in self:
            call._hand_over_next_action()
        return result

    def unlink(self):
        if not self.env.su:
            self.check_access("unlink")
            self._check_may_change()
            for call in self:
                call._tell_deleted()
        accounts = self.collection_id
        result = super().unlink()
        accounts._recount_calls()
        return result

    def _check_may_change(self):
        for call in self:
            if not call.can_edit:
                raise UserError(
                    self.env._(
                        "The call of %(day)s with %(debtor)s was logged by %(user)s and is evidence: "
                        "on its day %(user)s can correct it, afterwards only a manager. Please log "
                        "a new entry instead.",
                        day=call.display_name,
                        debtor=call.collection_id.display_name,
                        user=call.create_uid.name,
                    )
                )

    # === THE OLD TEXT STAYS === #
    def _keep_former(self, vals):
        """Note what stood there, when it is corrected after the day or by somebody else."""
        for call in self.filtered(lambda call: not call._is_fresh()):
            former = call._former_values(vals)
            if not former:
                continue
            moment = format_datetime(self.env, fields.Datetime.now())
            head = self.env._("%(moment)s, %(user)s:", moment=moment, user=self.env.user.name)
            # sudo: what stood there is noted by the program only
            call.sudo().former = "\n".join(filter(None, [call.former, head, *former]))
            self.env["ar.collection.audit"]._log(
                call,
                "correction",
                self.env._("Call corrected: %(call)s", call=call.display_name),
                "\n".join(former),
            )

    def _former_values(self, names):
        """Lines that say what these fields hold now."""
        self.ensure_one()
        return [
            self.env._("%(field)s was: %(value)s", field=label, value=text or "–")
            for name, label, text in self._texts(names)
        ]

    def _texts(self, names):
        """(name, label, value as text) of fields, in the order of the form."""
        for name, field in self._fields.items():
            if name in names:
                value = field.convert_to_export(self[name], self)
                if field.relational:
                    value = ", ".join(self[name].mapped("display_name"))
                elif field.type == "selection":
                    value = dict(field._description_selection(self.env)).get(self[name])
                elif field.type == "datetime" and self[name]:
                    value = format_datetime(self.env, self[name])
                yield name, field._description_string(self.env), str(value or "")

    def _tell_deleted(self):
        """A deleted entry stays readable in the timeline and in the audit list."""
        text = "\n".join(
            f"{label}: {value}" for _name, label, value in self._texts(SAYABLE - HIDDEN) if value
        )
        what = self.env._("Call deleted: %(call)s", call=self.display_name)
        self.collection_id.message_post(
            body=self.env._("Call deleted: %(call)s\n%(text)s", call=self.display_name, text=text)
        )
        self.env["ar.collection.audit"]._log(self, "correction", what, text)
