from odoo import api, models
from odoo.tools import SQL


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

    def _after_refresh(self):
        """The figures of these accounts have changed.

        The only place where promises, plans, disputes and charges judge themselves again;
        nobody else hooks into accounting. One statement asks for all steps whether something
        waits for them; mostly nothing does. What a step brings about touches its debtor, and
        comes with the next refresh.
        """
        if not self:
            return
        steps = self._refresh_steps()
        self.env.flush_all()
        asked = [
            SQL("EXISTS (%s)", waiting) if waiting else SQL("TRUE") for waiting in steps.values()
        ]
        [found] = self.env.execute_query(
            SQL(
                "WITH concerned(id) AS (SELECT unnest(%s::int[])) SELECT %s",
                list(self.ids),
                SQL(", ").join(asked),
            )
        )
        for name, waits in zip(steps, found, strict=True):
            if waits:
                getattr(self, name)()
