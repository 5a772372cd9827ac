from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: A notice sent longer ago moves nobody any more.
DAYS = 3


class ArCollection(models.Model):
    """What follows on the account after a notice was sent.

    It comes with the refresh, not with the sending: somebody may be saving the account then,
    and the mail that has left would count as of unknown delivery.
    """

    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        waiting = SQL(
            "SELECT FROM ar_collection_notice notice"
            " JOIN concerned ON concerned.id = notice.collection_id"
            " WHERE notice.state = 'sent' AND notice.followed IS NOT TRUE"
            " AND notice.date_sent >= %s::timestamp",
            fields.Datetime.now() - timedelta(days=DAYS),
        )
        return {**super()._refresh_steps(), "_follow_up_notices": waiting}

    def _follow_up_notices(self):
        """Stage and call that the level of a notice asks for, once per notice."""
        # sudo: the machine moves debtors of every collector
        notices = self.env["ar.collection.notice"].sudo()
        notices = notices.search(
            self._among("collection_id")
            & Domain(
                [
                    ("state", "=", "sent"),
                    ("followed", "=", False),
                    ("date_sent", ">=", fields.Datetime.now() - timedelta(days=DAYS)),
                ]
            ),
            order="id",
        )
        for level, of_level in notices.grouped("level_id").items():
            accounts = of_level.collection_id
            if level.stage_id:
                accounts.filtered(
                    lambda account, stage=level.stage_id: account.stage_id != stage
                ).write({"stage_id": level.stage_id.id})
            if level.call_task:
                for company, group in accounts.grouped("company_id").items():
                    date = company._ar_today() + timedelta(days=level.call_task_days)
                    text = self.env._("Call: %(level)s was sent", level=level.name)
                    group._set_next_action(text, date)
        notices.followed = True


class ArCollectionNotice(models.Model):
    _inherit = "ar.collection.notice"

    followed = fields.Boolean(
        readonly=True, help="Stage and next action of the account have followed the notice."
    )
