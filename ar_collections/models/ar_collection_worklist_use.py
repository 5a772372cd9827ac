from odoo import api, fields, models
from odoo.tools import SQL


class ArCollectionUse(models.Model):
    """Who works on a debtor, until when.

    A table of its own: a mark on the account would hit the refresh, and another
    collector's save, in the row they write.
    """

    _name = "ar.collection.use"
    _description = "Debtor Being Worked On"
    _log_access = False

    collection_id = fields.Many2one(
        "ar.collection", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date_until = fields.Datetime(string="Until", required=True, readonly=True)

    _collection_uniq = models.UniqueIndex("(collection_id)", "One works on a debtor at a time.")

    @api.autovacuum
    def _gc_marks(self):
        """Marks that have run out."""
        # sudo: of all users
        self.sudo().search([("date_until", "<", fields.Datetime.now())]).unlink()


class ArCollection(models.Model):
    _name = "ar.collection"
    _inherit = "ar.collection"

    in_use_by = fields.Many2one("res.users", compute="_compute_in_use")
    in_use_until = fields.Datetime(compute="_compute_in_use")
    in_use_by_other = fields.Boolean(compute="_compute_in_use_text")
    in_use_text = fields.Char(compute="_compute_in_use_text")

    def _compute_in_use(self):
        """Who works on it: a mark that has run out counts no more."""
        marks = (
            self.env["ar.collection.use"]
            .sudo()  # who reads the debtor may see who works on it
            .search([("collection_id", "in", self.ids), ("date_until", ">", fields.Datetime.now())])
        )
        by_account = {mark.collection_id.id: mark for mark in marks}
        for account in self:
            mark = by_account.get(account._origin.id, marks.browse())
            account.in_use_by = mark.user_id
            account.in_use_until = mark.date_until

    @api.depends_context("uid", "tz")
    @api.depends("in_use_by", "in_use_until")
    def _compute_in_use_text(self):
        for account in self:
            account.in_use_by_other = bool(account.in_use_by - self.env.user)
            until = account.in_use_until
            local = until and fields.Datetime.context_timestamp(account, until)
            account.in_use_text = local and self.env._(
                "%(user)s until %(time)s",
                user=account.in_use_by.sudo().name,  # the name of a colleague
                time=local.strftime("%H:%M"),
            )

    def action_take(self):
        """Mark the debtor as being worked on by the caller, for some minutes.

        One statement: of two who try at once, one has it. The caller's earlier marks end.

        :return: dict ``taken``; where somebody else has it ``user`` (name) and ``until``.
        """
        self.ensure_one()
        self.check_access("write")
        self.env["ar.collection.use"].flush_model()
        now = fields.Datetime.now()
        minutes = self.company_id.sudo().ar_in_use_minutes  # a setting
        taken = self.env.execute_query(
            SQL(
                """
                INSERT INTO ar_collection_use AS mark (collection_id, user_id, date_until)
                     VALUES (%(account)s, %(user)s, %(until)s)
                ON CONFLICT (collection_id) DO UPDATE
                        SET user_id = EXCLUDED.user_id, date_until = EXCLUDED.date_until
                      WHERE mark.user_id = EXCLUDED.user_id OR mark.date_until <= %(now)s
                  RETURNING id
                """,
                account=self.id,
                user=self.env.uid,
                until=fields.Datetime.add(now, minutes=minutes),
                now=now,
            )
        )
        self.invalidate_recordset(["in_use_by", "in_use_until"])
        if not taken:
            return {
                "taken": False,
                "user": self.in_use_by.name,
                "until": fields.Datetime.to_string(self.in_use_until),
            }
        self._release([("collection_id", "!=", self.id)])
        return {"taken": True}

    def action_release(self):
        """End the caller's marks on these debtors.

        :return: True
        """
        self.check_access("read")
        self._release([("collection_id", "in", self.ids)])
        return True

    @api.model
    def _release(self, domain):
        # sudo: nobody writes marks by hand; only the caller's own are ended
        marks = self.env["ar.collection.use"].sudo()
        marks.search([("user_id", "=", self.env.uid), *domain]).unlink()
        self.invalidate_model(["in_use_by", "in_use_until"])

    def _in_use_by_others(self):
        """Those that somebody else is working on."""
        return self.filtered(lambda account: account.in_use_by - self.env.user)

    def _action_next(self):
        """The next debtor of the list that nobody works on; a mark is left on it."""
        ids = self.env.context.get("ar_next_ids") or []
        free = self.search([("id", "in", ids)])
        free -= free._in_use_by_others() - self
        following = super(
            ArCollection,
            self.with_context(ar_next_ids=[number for number in ids if number in set(free.ids)]),
        )._action_next()
        next_id = following.get("context", {}).get("default_collection_id") or following.get(
            "infos", {}
        ).get("ar_next_id")
        if next_id:
            self.browse(next_id).action_take()
        else:
            self.action_release()
        return following
