import base64

from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.remittance import RemittanceError
from ..tools.remittance_header import guess
from ..tools.remittance_read import read
from ..tools.remittance_sheet import read_sheet

#: Cells of a column shown, and how long.
EXAMPLES, LONGEST = 3, 30


class ArCollectionRemittance(models.Model):
    """Sheets: what the columns mean, and the lines that follow."""

    _inherit = "ar.collection.remittance"

    column_ids = fields.One2many(
        "ar.collection.remittance.column", "remittance_id", string="Columns"
    )
    decimal = fields.Selection(
        [(".", "A point"), (",", "A comma")],
        string="Before decimals",
        help="Empty: as the amounts tell.",
    )
    day_order = fields.Selection(
        [("dmy", "Day, month, year"), ("mdy", "Month, day, year")],
        string="Order of dates",
        help="Empty: as the dates tell.",
    )

    def _take_columns(self, sheet):
        """Propose what the columns mean: as this sender's last time, else as headings tell."""
        known = self.env["ar.collection.remittance.mapping"]._find(
            self.company_id, self.source == "email" and self.sender, self.partner_id, sheet.names
        )
        if known:
            by_name = known.meanings
            meanings = {
                index: by_name[name] for index, name in enumerate(sheet.names) if name in by_name
            }
            self.write({"decimal": known.decimal, "day_order": known.day_order})
            if known.partner_id and not self.partner_id:
                self.partner_id = known.partner_id
        else:
            meanings = guess(sheet)
        self.env["ar.collection.remittance.column"].create(
            [
                {
                    "remittance_id": self.id,
                    "index": index,
                    "name": name or self.env._("Column %(number)s", number=index + 1),
                    "examples": self._examples(sheet, index),
                    "meaning": meanings.get(index),
                }
                for index, name in enumerate(sheet.names)
            ]
        )

    def _examples(self, sheet, index):
        cells = [str(cell)[:LONGEST] for cell in sheet.column(index) if cell != ""]
        return " · ".join(cells[:EXAMPLES])

    def _has_columns(self):
        """Whether the columns that are needed are known."""
        meanings = set(self.column_ids.mapped("meaning"))
        return "reference" in meanings and bool({"amount", "gross"} & meanings)

    def _read_lines(self, sheet):
        """Write the lines of a sheet; where it is about several payments, one advice for each.

        What cannot be read is left for a person in the state ``columns``.

        :return: those that were added.
        """
        meanings = {column.index: column.meaning for column in self.column_ids if column.meaning}
        try:
            advices = read_sheet(sheet, meanings, self.decimal, self.day_order)
        except RemittanceError as error:
            self.problems = self._error_text(error)
            return self.browse()
        added = self.browse()
        for part, advice in enumerate(advices):
            self._check_new_advice(advice, self.company_id)
            one = self
            if part:
                one = self.create({**self._copied_vals(), "part": part})
                added |= one
            one._set_state("waiting", **one._advice_vals(advice))
            one._take_lines(advice)
        return added

    def _copied_vals(self):
        names = ("company_id", "partner_id", "currency_id", "user_id")
        plain = ("source", "format", "sender", "file_name", "digest", "decimal", "day_order")
        return {
            **{name: self[name].id for name in names},
            **{name: self[name] for name in plain},
            "state": "columns",
        }

    # === ACTIONS === #
    def action_read_again(self):
        """Read the sheet with the columns as they are named now, and remember them.

        :raises UserError: needed columns are not named, or something is applied already.
        :return: True
        """
        self.check_access("write")
        for remittance in self:
            if remittance.state not in ("columns", "waiting", "matched") or not remittance.file:
                raise UserError(self.env._("%(name)s cannot be read again.", name=remittance.name))
            if not remittance._has_columns():
                raise UserError(remittance._error_text(RemittanceError("columns")))
            # sudo: evidence is written by the program only
            remittance.sudo()._read_again()
        return True

    def _read_again(self):
        parts = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("digest", "=", self.digest),
                ("id", "!=", self.id),
                ("state", "!=", "cancelled"),
            ]
        )
        parts.action_cancel()  # refuses what is applied
        self.line_ids.unlink()
        self._set_state("columns", credit_line_id=False, problems=False, fingerprint=False)
        _kind, sheet = read(base64.b64decode(self.file))
        self._read_lines(sheet)
        if self.state == "columns":
            raise UserError(self.problems)
        self.env["ar.collection.remittance.mapping"].with_user(self.env.user)._remember(self)
