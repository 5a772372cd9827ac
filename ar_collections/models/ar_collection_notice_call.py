from odoo import api, fields, models

#: Context key: the ``request_key`` of a call that is being made and not yet saved.
CALL_KEY = "ar_collections_call_key"


class ArCollectionCall(models.Model):
    """Notices and copies that left while somebody was on the phone.

    They leave at once, before the call is saved, so they carry its ``request_key`` and the
    call finds them by it.
    """

    _name = "ar.collection.call"
    _inherit = "ar.collection.call"

    notice_ids = fields.Many2many(
        "ar.collection.notice", string="Notices", compute="_compute_made", compute_sudo=False
    )
    copy_ids = fields.Many2many(
        "ar.collection.copy", string="Copies", compute="_compute_made", compute_sudo=False
    )

    @api.depends("request_key", "collection_id")
    def _compute_made(self):
        keys = [key for key in self.mapped("request_key") if key]
        domain = [("call_key", "in", keys), ("collection_id", "in", self.collection_id.ids)]
        notices = self.env["ar.collection.notice"].search(domain).grouped("call_key")
        domain = ["|", ("call_id", "in", self.ids), *["&", *domain]]
        copies = self.env["ar.collection.copy"].search(domain)
        for call in self:
            call.notice_ids = call.request_key and notices.get(call.request_key)
            call.copy_ids = copies.filtered(
                lambda copy, call=call: (
                    copy.call_id == call or (call.request_key and copy.call_key == call.request_key)
                )
            )

    def _line_texts(self):
        texts = super()._line_texts()
        for notice in self.notice_ids:
            channels = dict(notice._fields["channel"]._description_selection(self.env))
            texts.append(
                self.env._(
                    "Notice sent meanwhile: %(number)s, %(level)s (%(channel)s)",
                    number=notice.name,
                    level=notice.level_name or "",
                    channel=channels[notice.channel],
                )
            )
        copies = self.copy_ids.filtered(lambda copy: copy.call_id != self)
        for copy in copies:
            texts.append(
                self.env._(
                    "Copies sent meanwhile to %(email)s: %(invoices)s",
                    email=copy.email_to,
                    # sudo: numbers of invoices the caller has just sent
                    invoices=", ".join(copy.sudo().move_ids.mapped("name")),
                )
            )
        return texts


class ArCollectionNotice(models.Model):
    _inherit = "ar.collection.notice"

    call_key = fields.Char(
        readonly=True, copy=False, help="Key of the call during which the notice was made."
    )

    _call_key_idx = models.Index("(call_key) WHERE call_key IS NOT NULL")

    def _made_on_call(self):
        """These notices were just asked for during the call of the context, if any."""
        if key := self.env.context.get(CALL_KEY):
            # sudo: notices are read-only for every human
            made = self.sudo().filtered(
                lambda notice: not notice.call_key and notice.create_uid == self.env.user
            )
            (made | made._siblings()).call_key = key


class ArCollectionCopy(models.Model):
    _inherit = "ar.collection.copy"

    call_key = fields.Char(
        readonly=True, copy=False, help="Key of the call during which they were ordered."
    )

    _call_key_idx = models.Index("(call_key) WHERE call_key IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        key = self.env.context.get(CALL_KEY)
        return super().create([{"call_key": key, **vals} for vals in vals_list])


class ArCollection(models.Model):
    _inherit = "ar.collection"

    def _call_brief(self, call):
        brief = super()._call_brief(call)
        may = self.env["ar.collection.call"].has_access("create")
        return {**brief, "also": may and not call._origin}
