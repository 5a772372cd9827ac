from odoo import api, fields, models


class ArCollectionReturnCode(models.Model):
    """Why a bank returned money: the codes of direct debits, transfers and cheques."""

    _name = "ar.collection.return.code"
    _description = "Return Code"
    _order = "sequence, code, id"
    _rec_names_search = ["code", "name"]

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
    again = fields.Boolean(
        string="May be presented again", help="The money may come the next time it is asked for."
    )
    next_action = fields.Char(
        translate=True, help="What the collector does next, e.g. ask for another bank account."
    )

    _code_uniq = models.UniqueIndex("(code)", "There is a return code of this name already.")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.code or ''} {record.name or ''}".strip()

    @api.model
    def _find(self, reason):
        """The code a text begins with (``AM04``, ``am04: no funds``), else none."""
        words = (reason or "").replace(":", " ").split()
        return self.search([("code", "=ilike", words[0])], limit=1) if words else self.browse()
