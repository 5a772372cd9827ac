from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

#: Letters on the pile: claimed, in no batch yet.
PILE = Domain("state", "=", "to_print") & Domain("print_batch_id", "=", False)


class ArCollectionNotice(models.Model):
    """Letters on paper: from the pile into a print batch, and back."""

    _inherit = "ar.collection.notice"

    print_batch_id = fields.Many2one(
        "ar.collection.print.batch",
        string="Print batch",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    print_position = fields.Integer(string="Place in batch", readonly=True)

    # === ACTIONS === #
    def action_print_letters(self):
        """Put these letters of the pile, none: all of the current company, into a print batch.

        :return: the window action that shows the batch.
        """
        self._check_printer()
        company = self.env.company._ar_root()
        letters = self or self.search(PILE & Domain("company_id", "=", company.id))
        # sudo: batches and notices are written by their actions only; the right was checked
        batches = self.env["ar.collection.print.batch"].sudo()  # made by actions like this only
        for own_company, own in letters.grouped("company_id").items():
            batches |= batches.with_company(own_company)._create_from(own.sudo())
        return batches.with_env(self.env)._action_show()

    def action_print_again(self):
        """Take letters out of a batch that is not confirmed: back on the pile."""
        self._check_printer()
        # sudo: batches and notices are written by their actions only; the right was checked
        letters = self.sudo().filtered(lambda notice: notice.state == "to_print")
        batches = letters.print_batch_id
        letters.write({"print_batch_id": False})
        batches._make_pdf()
        return True

    def _check_printer(self):
        if not self.env.user.has_group("ar_collections.group_ar_collection_all"):
            raise AccessError(
                self.env._("Only collectors of all debtors and managers may print letters.")
            )
        self.check_access("read")

    # === BUSINESS === #
    def _take_from_pile(self, limit):
        """Those of these letters that nobody else prints, locked; the oldest, so many at most."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM ar_collection_notice
                 WHERE id = ANY(%s) AND state = 'to_print' AND print_batch_id IS NULL
                 ORDER BY id LIMIT %s FOR UPDATE
                """,
                list(self.ids),
                limit,
            )
        )
        return self.browse(notice_id for [notice_id] in rows)

    def _claim_again(self):
        """Letters whose claim has changed since: the delivery claims them anew."""
        self._set_state("queued")
        self._keep_levels()
        self._trigger_delivery()

    def _date_today(self):
        """Letters that waited say the same as of today: dates, deadline, days overdue."""
        self.flush_model()
        for company, notices in self.grouped("company_id").items():
            today = company._ar_today()
            waited = notices.filtered(lambda notice, today=today: notice.date != today)
            waited._add_days(today)
            for notice in waited:
                days = timedelta(days=(today - notice.date).days)
                notice.write(
                    {"date": today, "deadline": notice.deadline and notice.deadline + days}
                )
                notice._write_levels(today)

    def _add_days(self, today):
        lines = self.env["ar.collection.notice.line"]
        lines.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE ar_collection_notice_line line
                   SET days_overdue = line.days_overdue + (%s - notice.date)
                  FROM ar_collection_notice notice
                 WHERE notice.id = line.notice_id AND notice.id = ANY(%s)
                   AND line.kind IN ('claim', 'also', 'held') AND NOT notice.courtesy
                """,
                today,
                list(self.ids),
            )
        )
        lines.invalidate_model(["days_overdue"])

    def _in_order_of_folding(self):
        """At home first, then by country; by postal code, then debtor."""

        def key(notice):
            place = notice.contact_id._ar_place()
            home = notice.company_id.country_id
            return (
                bool(place.country_id and home and place.country_id != home),
                place.country_id.name or "",
                place.zip or "",
                (notice.partner_id.name or "").lower(),
                notice.id,
            )

        return self.sorted(key)

    @api.model
    def to_do(self):
        """What waits for somebody: ``problems``, deliveries that failed, and ``to_print``,
        letters on the pile that the user may print; of the current company."""
        self.check_access("read")
        company = Domain("company_id", "=", self.env.company._ar_root().id)
        may_print = self.env.user.has_group("ar_collections.group_ar_collection_all")
        return {
            "problems": 0,
            "to_print": self.search_count(company & PILE) if may_print else 0,
        }
