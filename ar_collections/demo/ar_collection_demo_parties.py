from odoo import api, models

from . import plan

#: A debtor whose contact does not want to be written to any more.
BLACKLISTED = "pagos@delgadosuministros.example"


class ArCollectionDemo(models.AbstractModel):
    _inherit = "ar.collection.demo"

    @api.model
    def _make_parties(self, made):
        """Customers and their contacts."""
        countries = dict(
            self.env["res.country"]._read_group([], ["code"], ["id:recordset"]),
        )
        debtors = [row for row in made.plan.debtors.values() if row.role != "branch"]
        partners = self.env["res.partner"].create(
            [
                self._prepare_partner_vals(row, countries[row.country], 10_400 + 7 * index)
                for index, row in enumerate(debtors)
            ]
        )
        made.partners = {row.key: partner for row, partner in zip(debtors, partners, strict=True)}
        for row in made.plan.debtors.values():
            if row.role == "branch":
                made.partners[row.key] = made.branch.partner_id
                made.branch.partner_id.write(
                    {"zip": row.zip, "city": row.city, "street": row.street, "email": row.email}
                )
        self._make_contacts(made)
        self.env["mail.blacklist"]._add(BLACKLISTED)

    @api.model
    def _prepare_partner_vals(self, row, country, number):
        return {
            "name": row.name,
            "ref": f"C{number}",
            "is_company": row.role != "employee",
            "employee": row.role == "employee",
            "country_id": country.id,
            "zip": row.zip,
            "city": row.city,
            "street": row.street,
            "lang": row.lang,
            "tz": row.tz,
            "email": row.email,
            "phone": row.phone,
        }

    @api.model
    def _make_contacts(self, made):
        rows = list(plan.rows_of("contacts"))
        contacts = self.env["res.partner"].create(
            [
                {
                    "parent_id": made.partners[row["debtor"]].id,
                    "type": row["kind"],
                    "name": row["name"],
                    "function": row["function"],
                    "email": row["email"],
                    "phone": row["phone"],
                    "lang": made.partners[row["debtor"]].lang,
                    "tz": made.partners[row["debtor"]].tz,
                }
                for row in rows
            ]
        )
        for row, contact in zip(rows, contacts, strict=True):
            made.contacts.setdefault((row["debtor"], row["kind"]), contact)
            made.contacts[row["debtor"], row["name"]] = contact
