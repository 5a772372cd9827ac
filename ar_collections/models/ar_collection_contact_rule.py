from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

from ..tools import contact

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ArCollectionContactRule(models.Model):
    """When, how often and through what debtors may be contacted.

    The first rule that fits a debtor is used, unless its policy names one.
    """

    _name = "ar.collection.contact.rule"
    _description = "Contact Rule"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10, help="The first rule that fits a debtor is used.")
    company_id = fields.Many2one(
        "res.company",
        index=True,
        domain="[('parent_id', '=', False)]",
        ondelete="cascade",
        help="Empty: for every company.",
    )
    description = fields.Text(
        translate=True, help="Where the rule comes from, and what it does not cover."
    )
    country_ids = fields.Many2many(
        "res.country", string="Countries", help="Of the debtor's address. Empty: every country."
    )
    domain = fields.Char(
        string="For contacts", default="[]", tracking=True, help="Empty: for every debtor."
    )
    hour_from = fields.Float(string="From", default=8.0, tracking=True)
    hour_to = fields.Float(string="To", default=19.0, tracking=True)
    monday = fields.Boolean(default=True)
    tuesday = fields.Boolean(default=True)
    wednesday = fields.Boolean(default=True)
    thursday = fields.Boolean(default=True)
    friday = fields.Boolean(default=True)
    saturday = fields.Boolean()
    sunday = fields.Boolean()
    holidays = fields.Boolean(
        string="Not on public holidays",
        default=True,
        tracking=True,
        help="Those of the debtor's country, see Configuration, Public holidays.",
    )
    hours_email = fields.Boolean(
        string="Hours for e-mails, too",
        tracking=True,
        help="On: notices by e-mail wait for the hours. Calls, visits and SMS always keep to them; "
        "letters need not.",
    )
    allow_phone = fields.Boolean(string="Telephone", default=True, tracking=True)
    allow_email = fields.Boolean(string="E-mail", default=True, tracking=True)
    allow_sms = fields.Boolean(string="SMS", default=True, tracking=True)
    allow_letter = fields.Boolean(string="Letter", default=True, tracking=True)
    allow_visit = fields.Boolean(string="Visit", default=True, tracking=True)
    max_attempts = fields.Integer(
        string="Attempts at most",
        tracking=True,
        help="Calls and visits that count as an attempt, by their result, answered or not; 0: as "
        "many as you like. What the debtor starts is none.",
    )
    attempt_days = fields.Integer(string="Within (days)", default=7, tracking=True)
    quiet_days = fields.Integer(
        string="Quiet days after a conversation",
        tracking=True,
        help="The day of the conversation is the first of them: with 7, after a conversation on the "
        "1st the first call is allowed on the 8th. It counts whoever called. 0: none.",
    )
    right_party = fields.Boolean(
        string="Only with the right person",
        default=True,
        tracking=True,
        help="A conversation counts only when it was with the debtor, not with somebody else.",
    )

    _hours_ascend = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_to <= 24 AND hour_from < hour_to)",
        "The hours must lie between 0:00 and 24:00, and end after they begin.",
    )
    _limits_positive = models.Constraint(
        "CHECK (max_attempts >= 0 AND quiet_days >= 0 AND attempt_days BETWEEN 1 AND 365)",
        "Attempts and quiet days cannot be negative, and attempts are counted over 1 to 365 days.",
    )

    @api.constrains(*DAYS)
    def _check_days(self):
        for rule in self:
            if not rule._weekdays():
                raise ValidationError(
                    self.env._(
                        "%(rule)s allows no day of the week. Please tick at least one, or take off "
                        "the channels instead.",
                        rule=rule.name,
                    )
                )

    @api.constrains("domain")
    def _check_domain(self):
        for rule in self:
            try:
                self.env["res.partner"].search(rule._domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The conditions of %(rule)s cannot be read: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                ) from error

    # === BUSINESS === #
    def _domain(self):
        return Domain(safe_eval(self.domain or "[]"))

    def _weekdays(self):
        return frozenset(number for number, day in enumerate(DAYS) if self[day])

    def _to_tools(self):
        """The rule as plain values for ``tools.contact``."""
        self.ensure_one()
        channels = {name for name in contact.LIVE | contact.WRITTEN if self[f"allow_{name}"]}
        timed = contact.LIVE | {"sms"} | ({"email"} if self.hours_email else set())
        return contact.Rule(
            hours=(self.hour_from, self.hour_to),
            weekdays=self._weekdays(),
            channels=frozenset(channels),
            timed=frozenset(timed),
            max_attempts=self.max_attempts,
            attempt_days=self.attempt_days,
            quiet_days=self.quiet_days,
        )

    @api.model
    def _choose(self, rows):
        """The rule of each debtor: the one of its policy, else the first that fits.

        :param rows: dicts with ``id``, ``company_id``, ``debtor_id``, ``country_id`` (of the
            address), ``rule_id`` (of the policy, may be empty).
        :return: dict id -> rule, empty where none fits.
        """
        # sudo: which rule binds whom is no secret; the debtors were filtered by the caller
        rules = self.sudo().search(Domain.TRUE)
        fitting = {rule.id: rule._fitting({row["debtor_id"] for row in rows}) for rule in rules}
        result = {}
        for row in rows:
            if row["rule_id"]:
                result[row["id"]] = self.sudo().browse(row["rule_id"])  # a rule binds whoever calls
                continue
            result[row["id"]] = next(
                (rule for rule in rules if rule._fits(row, fitting[rule.id])), self.browse()
            )
        return result

    def _fitting(self, partner_ids):
        """Of these debtors those that meet the conditions; None: there are none to meet."""
        if (self.domain or "[]").strip() == "[]":
            return None
        partners = self.env["res.partner"].with_context(active_test=False)
        return set(partners.search(self._domain() & Domain("id", "in", list(partner_ids))).ids)

    def _fits(self, row, fitting):
        if self.company_id and self.company_id.id != row["company_id"]:
            return False
        if self.country_ids and row["country_id"] not in self.country_ids.ids:
            return False
        return fitting is None or row["debtor_id"] in fitting
