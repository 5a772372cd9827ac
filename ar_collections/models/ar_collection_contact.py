from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get

#: What a debtor has asked for, or what has happened to it: the day it was noted is kept.
RESTRICTIONS = (
    "do_not_contact",
    "written_only",
    "attorney_id",
    "deceased",
    "insolvent",
    "legal_stop",
)
CHANNELS = [
    ("phone", "Telephone"),
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("letter", "Letter"),
    ("visit", "Visit"),
]


class ArCollection(models.Model):
    """What the debtor asked for: whether, how and when it may be contacted."""

    _inherit = "ar.collection"

    do_not_contact = fields.Boolean(
        tracking=True,
        help="No contact at all, through whatever channel, until this is taken off.",
    )
    written_only = fields.Boolean(
        string="Written contact only", tracking=True, help="No calls and no visits."
    )
    attorney_id = fields.Many2one(
        "res.partner",
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The debtor is represented: the attorney is contacted, the debtor is not.",
    )
    deceased = fields.Boolean(tracking=True, help="Nothing is sent to the debtor by itself.")
    insolvent = fields.Boolean(tracking=True, help="Claims are filed with the administrator.")
    legal_stop = fields.Boolean(
        string="Legal stop",
        tracking=True,
        help="A court, or a cease and desist notice of the debtor, forbids to contact it.",
    )
    contact_since = fields.Date(
        string="Since", help="Day of the wish, or of what happened. Filled in when it is noted."
    )
    preferred_channel = fields.Selection(CHANNELS, string="Preferred channel", tracking=True)
    preferred_lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Preferred language",
        tracking=True,
        help="Empty: the language of the contact.",
    )
    contact_tz = fields.Selection(
        _tz_get,
        string="Time zone",
        tracking=True,
        help="Empty: that of the address. Where a country has several, it is said when it is a "
        "guess.",
    )
    contact_check = fields.Json(
        compute="_compute_contact_check",
        help="Whether a call is allowed now, why not, and when it is allowed again.",
    )
    contact_allowed = fields.Boolean(
        string="May be called now",
        compute="_compute_contact_check",
        export_string_translation=False,
    )

    @api.depends_context("uid", "tz", "lang")
    def _compute_contact_check(self):
        verdicts = self._contact_check()
        for account in self:
            verdict = verdicts.get(account.id)
            account.contact_allowed = bool(verdict and verdict["allowed"])
            account.contact_check = self._contact_json(verdict)

    @api.model
    def _contact_json(self, verdict):
        """A verdict of ``_contact_check`` for the screen: moments as text, UTC."""
        return verdict and {
            name: value and fields.Datetime.to_string(value) if name.endswith("_at") else value
            for name, value in verdict.items()
        }

    def write(self, vals):
        noted = {name for name in RESTRICTIONS if vals.get(name)}
        if not noted or "contact_since" in vals:
            return super().write(vals)
        fresh = self.filtered(lambda account: not account.contact_since)
        for company, accounts in fresh.grouped("company_id").items():
            super(ArCollection, accounts).write({"contact_since": company._ar_today()})
        return super().write(vals)
