from odoo import Command, api, models

#: Debtor -> what it asked for, or what happened; days ago.
WISHES = {
    "kessler": ({"insolvent": True}, 24),
    "hartmann": ({"written_only": True}, 250),
    "comptoir": ({"preferred_channel": "phone"}, None),
    "peeters": ({"preferred_channel": "email"}, None),
}
#: Collector -> what is to be reached this month: amount, right persons, kept promises.
TARGETS = {"lena": (90000, 40, 8), "tomas": (60000, 35, 6)}


class ArCollectionDemo(models.AbstractModel):
    """The team: a lead, portfolios, an absence, targets, and rules for contacting debtors."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_team(self, made):
        for name in ("contact_rules", "portfolios"):
            shown = self.env.ref(f"ar_collections.group_ar_collection_{name}")
            for role in ("user", "readonly"):
                self.env.ref(f"ar_collections.group_ar_collection_{role}").implied_ids |= shown
        self._make_contact_rule(made)
        self._make_wishes(made)
        self._make_portfolios(made)
        self._make_targets(made)
        self.env["ar.collection.absence"].create(
            {
                "user_id": made.users["tomas"].id,
                "deputy_id": made.users["lena"].id,
                "date_from": made.day(-7),
                "date_to": made.day(-11),
                "note": "Autumn holiday",
            }
        )

    @api.model
    def _make_contact_rule(self, made):
        self.env["ar.collection.contact.rule"].create(
            {
                "name": "Halden: considerate",
                "company_id": made.company.id,
                "sequence": 5,
                "description": "Nobody is called more than three times a week.",
                "max_attempts": 3,
                "attempt_days": 7,
            }
        )

    @api.model
    def _make_wishes(self, made):
        for key, (vals, ago) in WISHES.items():
            since = {"contact_since": made.day(ago)} if ago else {}
            made.collections[key].write({**vals, **since})
        attorney = self.env["res.partner"].create(
            {
                "name": "Pryce & Lowe Solicitors",
                "is_company": True,
                "phone": "+44 20 7946 0110",
                "email": "office@prycelowe.example",
                "city": "London",
                "country_id": self.env.ref("base.uk").id,
            }
        )
        made.collections["thornbury"].write(
            {"attorney_id": attorney.id, "contact_since": made.day(38)}
        )

    @api.model
    def _make_portfolios(self, made):
        """Two portfolios; the debtors nobody works yet are left to be shared out."""
        portfolios = self.env["ar.collection.portfolio"]
        for sequence, name, domain, method in (
            (1, "Key accounts", "[('total_due', '>=', 20000)]", "amount"),
            (2, "Everybody else", "[]", "number"),
        ):
            portfolios.create(
                {
                    "name": name,
                    "company_id": made.company.id,
                    "sequence": sequence,
                    "domain": domain,
                    "method": method,
                    "lead_id": made.users["nele"].id,
                    "member_ids": [
                        Command.create({"user_id": made.users[login].id})
                        for login in ("lena", "tomas")
                    ],
                }
            )
        moves = portfolios._plan(made.company)
        portfolios._apply([move._replace(user=move.user_before) for move in moves])

    @api.model
    def _make_targets(self, made):
        self.env["ar.collection.target"].create(
            [
                {
                    "company_id": made.company.id,
                    "user_id": made.users[login].id,
                    "month": made.plan.today,
                    "amount": amount,
                    "contacts": contacts,
                    "promises": promises,
                }
                for login, (amount, contacts, promises) in TARGETS.items()
            ]
        )
