from odoo import api, models

#: What customers wrote of their payments: debtor -> name of the file, source, lines. A line
#: names an item of the plan in braces; nothing of it is applied, so the figures stay.
ADVICES = {
    # the payment is there and found
    "ashford": (
        "Ashford remittance.csv",
        "file",
        "Invoice no,Invoice amount,Amount paid\n{a1},18400.00,5000.00\n",
    ),
    # no payment yet; a deduction with its code, and a number that nobody knows
    "rheintal": (
        "Zahlungsavis.csv",
        "email",
        """Rechnungsnummer;Abzug;Grund;Zahlbetrag
{r1};290,50;FRACHT;12.000,00
{r3};;;9.065,00
HI-26-778;;;1.210,00
""",
    ),
    # columns with headings that nobody knows
    "talleres": ("pagos.csv", "email", "Nuestro;Suyo;Euros\n4711;{t1};3.450\n4712;SU-77;1.200\n"),
    # a text that was pasted
    "costa": ("Pasted text", "paste", "Bom dia,\nwe pay this week:\n{c1}   1.250,00\nObrigado\n"),
    # nothing in it
    "svoboda": ("platba.csv", "email", "Dear all,\nplease see the PDF.\n"),
}
#: Withholds tax of so many percent of the total; what it was short by is in the plan.
WITHHOLDS = {"aguas": 10}


class ArCollectionDemo(models.AbstractModel):
    """Remittance advices in every state, and a customer that withholds tax."""

    _inherit = "ar.collection.demo"

    @api.model
    def _make_collecting(self, made):
        result = super()._make_collecting(made)
        self._make_withheld(made)
        self._make_remittances(made)
        return result

    @api.model
    def _make_withheld(self, made):
        """The hold of the plan becomes one of withheld tax that a certificate is awaited for."""
        accounts = self.env["account.account"]
        made.company.ar_withheld_account_id = accounts.create(
            {
                "name": "Tax withheld by customers",
                "code": "124500",
                "account_type": "asset_current",
                "company_ids": [(6, 0, made.company.ids)],
            }
        )
        for debtor, rate in WITHHOLDS.items():
            collection = made.collections[debtor]
            free = self.env["ar.collection.hold"].search(
                [("collection_id", "=", collection.id), ("kind", "=", "withheld")]
            )
            since, note = free[:1].date_from, free[:1].note
            free.unlink()
            collection.write({"withheld_rate": rate, "withheld_base": "total"})
            records = collection.withheld_ids
            records._holds().write({"date_from": since or made.plan.today, "note": note})

    @api.model
    def _make_remittances(self, made):
        remittances = self.env["ar.collection.remittance"].with_company(made.company)
        for debtor, (name, source, text) in ADVICES.items():
            data = text.format_map(_Numbers(made, debtor)).encode()
            contact = made.partners[debtor].email
            if source == "email":
                remittances._import_mailed(name, data, contact, made.company)
            else:
                remittances._import(data, name, source, partner=made.partners[debtor])


class _Numbers(dict):
    """The number of a document of the debtor by its key in the table of items."""

    def __init__(self, made, debtor):
        super().__init__()
        self.made, self.debtor = made, debtor

    def __missing__(self, key):
        moves = self.made.moves
        return moves[key if key in moves else f"{self.debtor}/{key}"].name
