from odoo import api, models
from odoo.tools import SQL


class ArCollection(models.Model):
    """Whom to contact first, and why: points of the priority."""

    _inherit = "ar.collection"

    @api.model
    def _priority_sql(self):
        """SQL: the priority and its reasons, from the age and the size of what is collectable.

        The logarithm is that of floats: of numerics it takes a thousand times as long.
        """
        age = SQL(
            "CASE WHEN figures.net_collectable > 0"
            " THEN least(40, coalesce(figures.days_overdue, 0) / 3) ELSE 0 END"
        )
        amount = SQL(
            "CASE WHEN figures.net_collectable > 0"
            " THEN least(60, greatest(0, floor(10 * log(figures.net_collectable::float8)) - 10))::int"
            " ELSE 0 END"
        )
        return (
            SQL("%s + %s", age, amount),
            SQL(
                """
                CASE WHEN figures.net_collectable > 0 THEN jsonb_build_array(
                     jsonb_build_array('amount', %s), jsonb_build_array('age', %s)) END
                """,
                amount,
                age,
            ),
        )
