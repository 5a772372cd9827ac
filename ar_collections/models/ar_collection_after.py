from odoo import api, models
from odoo.tools import SQL

from ..tools import prepared
from . import repeated


class ArCollection(models.Model):
    """What follows a refresh: promises, plans, disputes and the like judge themselves again."""

    _inherit = "ar.collection"

    @api.model
    def _refresh_steps(self):
        """Hook: what follows a refresh, in this order.

        :return: dict name of a method of the accounts -> SQL that finds a row when something
            waits for it. There the table ``concerned(id)`` has the ids of the accounts. None:
            the step is always taken.
        """
        return {}

    def _after_refresh(self, few=None):
        """The figures of these accounts have changed.

        The only place where promises, plans, disputes and charges judge themselves again;
        nobody else hooks into accounting. One statement asks for all steps whether something
        waits for them; mostly nothing does. What a step brings about touches its debtor, and
        comes with the next refresh.

        :param few: the model with the memory of ``_refresh_few``, where that has one.
        """
        if not self:
            return
        self.env.flush_all()
        for name in (self if few is None else few)._waiting_steps(self.ids):
            getattr(self, name)()

    @api.model
    def _waiting_steps(self, ids):
        """Names of the steps for which something waits, in their order.

        :param ids: of the accounts.
        """
        steps = self._refresh_steps()
        columns = [
            SQL("EXISTS (%s) AS %s", waiting, SQL.identifier(name))
            if waiting
            else SQL("TRUE AS %s", SQL.identifier(name))
            for name, waiting in steps.items()
        ]
        [found] = repeated.execute(
            self.env,
            SQL(
                "WITH concerned(id) AS (SELECT unnest(%s::int[])) SELECT %s",
                prepared.array(ids),
                SQL(", ").join(columns),
            ),
        )
        return [name for name in steps if found[name]]
