from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

#: Rows of which the snapshots note what stood on a day.
NOTED = {"collector", "policy"}
#: Rows of which only today's value is known.
TODAYS = {"portfolio", "country"}


class ArCollectionAgeing(models.AbstractModel):
    """Whose a debtor was and where it stood on a past day, as far as that was noted.

    Collector and policy: the snapshots; stage: the tracked changes of the account; level: the
    items' own, or the last notice sent by then. Portfolio and country are today's, and the
    report says so.
    """

    _inherit = "ar.collection.ageing"

    @api.model
    def _ageing_accounts_sql(self, options, names):
        """SQL: the accounts of the company as they stood at the end of the day.

        Columns: partner_id, user_id, policy_id, portfolio_id, stage_id.

        :param names: levels of rows that are asked for: what is not is not looked up.
        """
        root = self.env.company._ar_root()
        past = not options.live
        noted, moved = past and NOTED & set(names), past and "stage" in names
        return SQL(
            """
            SELECT account.partner_id, account.portfolio_id, %(noted)s, %(stage)s AS stage_id
              FROM ar_collection account %(noted_join)s %(moved_join)s
             WHERE account.company_id = %(root)s
            """,
            noted=SQL(
                "CASE WHEN noted.id IS NULL THEN account.user_id ELSE noted.user_id END AS user_id,"
                " CASE WHEN noted.id IS NULL THEN account.policy_id ELSE noted.policy_id END"
                " AS policy_id"
            )
            if noted
            else SQL("account.user_id, account.policy_id"),
            stage=SQL("coalesce(nullif(moved.stage_id, 0), account.stage_id)")
            if moved
            else SQL("account.stage_id"),
            noted_join=self._ageing_noted_sql(options.day) if noted else SQL(),
            moved_join=self._ageing_moved_sql(root, options.day) if moved else SQL(),
            root=root.id,
        )

    @api.model
    def _ageing_noted_sql(self, day):
        """SQL join: the snapshot of an account that was in force on a day; not one computed
        later, which tells whose the debtor was when it was computed."""
        return SQL(
            """
            LEFT JOIN LATERAL (
                SELECT id, user_id, policy_id FROM ar_collection_snapshot
                 WHERE collection_id = account.id AND source = 'reported' AND date <= %s
                 ORDER BY date DESC, id DESC LIMIT 1) noted ON TRUE
            """,
            day,
        )

    @api.model
    def _ageing_moved_sql(self, root, day):
        """SQL join: from which stage an account was moved first after a day."""
        field = self.env["ir.model.fields"]._get("ar.collection", "stage_id")
        return SQL(
            """
            LEFT JOIN (
                SELECT DISTINCT ON (message.res_id) message.res_id,
                       value.old_value_integer AS stage_id
                  FROM mail_tracking_value value
                  JOIN mail_message message ON message.id = value.mail_message_id
                 WHERE value.field_id = %s AND message.model = 'ar.collection'
                   AND message.date >= %s
                 ORDER BY message.res_id, value.id) moved ON moved.res_id = account.id
            """,
            field.id,
            root._ar_day_start(day + timedelta(days=1)),
        )

    @api.model
    def _ageing_item_level_sql(self, options, names):
        """SQL: the level of an item at the end of the day: the one it has if it had it by then,
        else that of the last notice by then."""
        if options.live or "level" not in names:
            return SQL("line.ar_level_id")
        return SQL(
            "CASE WHEN line.ar_level_date <= %s THEN line.ar_level_id ELSE noticed.level_id END",
            options.day,
        )

    @api.model
    def _ageing_item_level_join(self, options, names):
        """SQL join: the last notice that an item was on by the end of the day and that left."""
        if options.live or "level" not in names:
            return SQL()
        return SQL(
            """
            LEFT JOIN (
                SELECT DISTINCT ON (claim.line_id) claim.line_id, claim.level_id
                  FROM ar_collection_notice_line claim
                  JOIN ar_collection_notice notice ON notice.id = claim.notice_id
                 WHERE notice.state = 'sent' AND notice.date <= %s
                   AND claim.kind IN ('claim', 'also') AND claim.line_id IS NOT NULL
                 ORDER BY claim.line_id, notice.date DESC, notice.id DESC
            ) noticed ON noticed.line_id = line.id
            """,
            options.day,
        )

    # === WHAT IT SAYS OF IT === #
    @api.model
    def _ageing_history_notes(self, options):
        """Sentences: what in the rows of a past day is not of that day."""
        if options.live:
            return []
        notes, asked = [], set(options.rows)
        if asked & NOTED:
            notes.append(
                self.env._(
                    "Collectors and policies as noted up to this day; today's of debtors of whom "
                    "nothing was noted."
                )
                if self._ageing_is_noted(options.day)
                else self.env._(
                    "Collectors and policies are today's: nothing was noted by this day."
                )
            )
        if asked & TODAYS:
            notes.append(self.env._("Portfolios and countries are today's."))
        if options.domain:
            notes.append(self.env._("The filter asks for what is known of debtors today."))
        return notes

    @api.model
    def _ageing_is_noted(self, day):
        """Whether the company had a snapshot by a day."""
        rows = self.env.execute_query(
            SQL(
                "SELECT 1 FROM ar_collection_snapshot WHERE company_id = %s"
                " AND collection_id IS NULL AND source = 'reported' AND date <= %s LIMIT 1",
                self.env.company._ar_root().id,
                day,
            )
        )
        return bool(rows)
