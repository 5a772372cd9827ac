from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import holiday

WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]


class ArCollectionContactHoliday(models.Model):
    """A public holiday of a country.

    A table of its own: the leaves of core's ``resource`` are those of a working calendar of
    one's own company, and know no country.
    """

    _name = "ar.collection.contact.holiday"
    _description = "Public Holiday"
    _order = "country_id, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    country_id = fields.Many2one("res.country", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("yearly", "Every year on this day"),
            ("once", "On this day only"),
            ("easter", "Counted from Easter Sunday"),
            ("weekday", "A weekday of a month"),
        ],
        string="When",
        required=True,
        default="yearly",
    )
    date = fields.Date(string="Day", help="Of a yearly holiday the year does not count.")
    offset = fields.Integer(
        string="Days after Easter",
        aggregator=None,
        help="0: Easter Sunday, 1: Easter Monday, -2: Good Friday.",
    )
    nth = fields.Integer(
        string="Which", default=1, aggregator=None, help="1 to 5; -1: the last of the month."
    )
    weekday = fields.Selection(WEEKDAYS, default="0")
    month = fields.Integer(default=1, aggregator=None)
    next_date = fields.Date(string="Next", compute="_compute_next_date")

    _month_exists = models.Constraint(
        "CHECK (month BETWEEN 1 AND 12 AND (nth BETWEEN 1 AND 5 OR nth = -1))",
        "A month is a number from 1 to 12; which weekday: 1 to 5, or -1 for the last.",
    )

    @api.depends("kind", "date", "offset", "nth", "weekday", "month")
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for day in self:
            plain = day._to_tools()
            found = [holiday.falls(plain, today.year + ahead) for ahead in range(5)]
            day.next_date = next((one for one in found if one and one >= today), False)

    @api.constrains("kind", "date")
    def _check_date(self):
        for day in self:
            if day.kind in ("yearly", "once") and not day.date:
                raise ValidationError(
                    self.env._("%(name)s needs a day. Please enter it.", name=day.name)
                )

    def _to_tools(self):
        self.ensure_one()
        return holiday.Holiday(
            self.kind,
            self.name or "",
            self.date or None,
            self.offset,
            self.nth,
            int(self.weekday or 0),
            self.month,
        )

    @api.model
    def _of_countries(self, country_ids, years):
        """The holidays of countries in years: dict (country id, date) -> name."""
        days = self.sudo().search([("country_id", "in", list(country_ids))])  # no secret
        result = {}
        for day in days:
            plain = day._to_tools()
            for year in years:
                if found := holiday.falls(plain, year):
                    result[day.country_id.id, found] = day.name
        return result
