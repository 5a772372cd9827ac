from datetime import timedelta
from decimal import Decimal

from odoo import Command, api, models

from . import plan
from .ar_collection_demo import COMPANY, Made

LANGUAGES = ("de_DE", "fr_FR", "nl_BE", "nl_NL", "es_ES", "en_GB", "ar_001")
IBAN = "BE25990234567182"
#: Every half-year the rates were a little different; the first are today's.
HALVES = ("1", "0.991", "1.008", "1.017", "0.996")
HALF_YEAR = timedelta(days=182)
#: login -> name, telephone, groups. The password is the login.
USERS = {
    "lena": ("Lena Hofmann", "+32 3 555 01 91", ("ar_collections.group_ar_collection_user",)),
    "tomas": ("Tomás Rivera", "+32 3 555 01 92", ("ar_collections.group_ar_collection_user",)),
    "nele": ("Nele Wouters", "+32 3 555 01 93", ("ar_collections.group_ar_collection_user",)),
    "petra": (
        "Petra Claes",
        "+32 3 555 01 90",
        ("ar_collections.group_ar_collection_manager", "account.group_account_invoice"),
    ),
    "rex": ("Rex Audley", "+32 3 555 01 99", ("ar_collections.group_ar_collection_readonly",)),
}


class ArCollectionDemo(models.AbstractModel):
    _inherit = "ar.collection.demo"

    @api.model
    def _make_company(self):
        """The company with its branch, chart, bank, currencies and users."""
        # the key keeps core from installing a localisation for each new country
        companies = self.env["res.company"].with_context(chart_template_load=True)
        company = companies.create(self._prepare_company_vals())
        company.partner_id.tz = "Europe/Brussels"
        branch = companies.create(
            {
                "name": "Halden Instruments Rotterdam",
                "parent_id": company.id,
                "currency_id": company.currency_id.id,
                "country_id": self.env.ref("base.nl").id,
                **self._prepare_offline_vals(),
            }
        )
        company, branch = company.with_env(self.env), branch.with_env(self.env)
        # the public method warns when it is called while modules are being loaded
        self.env["account.chart.template"]._load("generic_coa", company, install_demo=False)
        # the generic chart knows only its own country and currency
        company.write(
            {
                "currency_id": self.env.ref("base.EUR").id,
                "account_fiscal_country_id": company.country_id.id,
            }
        )
        for code in LANGUAGES:
            self.env["res.lang"]._activate_lang(code)
        made = Made(plan.build(company._ar_today()), company, branch)
        self._make_bank(made)
        self._make_currencies(made)
        self._make_users(made)
        company.partner_id.lang = "en_GB"
        company.write({"ar_sender_id": made.users["petra"].id, "ar_email": "ar@halden.example"})
        self._set_up_letters(company)
        return made

    @api.model
    def _set_up_letters(self, company):
        """Final demands go out on paper, too."""
        letters = self.env.ref("ar_collections.group_ar_collection_letters")
        for name in ("user", "readonly"):
            group = self.env.ref(f"ar_collections.group_ar_collection_{name}")
            group.implied_ids |= letters
        levels = self.env["ar.collection.level"].search([("company_id", "=", company.id)])
        levels.filtered("formal").send_letter = True

    @api.model
    def _prepare_company_vals(self):
        return {
            "name": COMPANY,
            "currency_id": self.env.ref("base.EUR").id,
            "country_id": self.env.ref("base.be").id,
            "street": "Schaliënstraat 12",
            "zip": "2000",
            "city": "Antwerpen",
            "phone": "+32 3 555 01 00",
            "email": "office@halden.example",
            "website": "https://www.halden.example",
            "vat": "BE0999999922",
            "company_registry": "0999.999.922",
            **self._prepare_offline_vals(),
        }

    @api.model
    def _prepare_offline_vals(self):
        """An invented company: ask no service on the internet about it."""
        known = "iap_enrich_auto_done" in self.env["res.company"]._fields
        return {"iap_enrich_auto_done": True} if known else {}

    @api.model
    def _make_bank(self, made):
        company = made.company
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": IBAN,
                "partner_id": company.partner_id.id,
                "company_id": company.id,
                "bank_id": self.env["res.bank"]
                .create({"name": "Bank van de Schelde", "bic": "BVDSBE2A"})
                .id,
                "allow_out_payment": True,
            }
        )
        journal = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
        )
        journal.bank_account_id = account

    @api.model
    def _make_currencies(self, made):
        """The currencies, each with a rate for today and for every half-year of two years."""
        currencies = self.env["res.currency"].with_context(active_test=False)
        rates = []
        for row in plan.rows_of("rates"):
            currency = currencies.search([("name", "=", row["currency"])])
            currency.active = True
            for half, factor in enumerate(HALVES):
                rates.append((currency, made.plan.today - half * HALF_YEAR, factor, row))
        vals_list = [
            {
                "currency_id": currency.id,
                "company_id": made.company.id,
                "name": day,
                "rate": float(Decimal(row["rate"]) * Decimal(factor)),
            }
            for currency, day, factor, row in rates
        ]
        vals_list.append(
            {
                "currency_id": made.company.currency_id.id,
                "company_id": made.company.id,
                "name": made.plan.today - len(HALVES) * HALF_YEAR,
                "rate": 1.0,
            }
        )
        self.env["res.currency.rate"].create(vals_list)

    @api.model
    def _make_users(self, made):
        companies = made.company + made.branch
        for login, (name, phone, groups) in USERS.items():
            made.users[login] = self.env["res.users"].create(
                {
                    "name": name,
                    "login": login,
                    "password": login,
                    "email": f"{login}@halden.example",
                    "phone": phone,
                    "tz": "Europe/Brussels",
                    "company_ids": [Command.set(companies.ids)],
                    "company_id": made.company.id,
                    "group_ids": [
                        Command.set(
                            [self.env.ref(name).id for name in ("base.group_user", *groups)]
                        )
                    ],
                }
            )
        self.env.ref("base.user_admin").write(
            {
                "company_ids": [Command.link(company.id) for company in companies],
                "company_id": made.company.id,
            }
        )
