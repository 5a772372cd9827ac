import base64
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import statement_compare as rules
from ..tools import statement_read
from ..tools.remittance import RemittanceError, Sheet
from ..tools.remittance_read import read

KINDS = [
    ("matched", "Agrees"),
    ("amount", "Different amount"),
    ("missing_here", "Missing here"),
    ("missing_there", "Missing there"),
]
HOW = [("number", "Same number"), ("similar", "Similar number"), ("amount", "Day and amount")]


class ArCollectionStatementComparison(models.Model):
    """A debtor's own statement compared with ours: both open-item lists, document by document."""

    _name = "ar.collection.statement.comparison"
    _inherit = ["ar.collection.export.mixin", "ar.collection.debtor.mixin"]
    _description = "Account Reconciliation"
    _order = "date desc, id desc"

    collection_id = fields.Many2one(
        "ar.collection", string="Debtor", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="collection_id.partner_id", string="Customer")
    company_id = fields.Many2one(related="collection_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(
        string="As of",
        required=True,
        default=lambda self: self.env.company._ar_today(),
        help="The day of their statement: ours is taken as it stood then.",
    )
    file = fields.Binary(string="Their statement", attachment=True, help="CSV or XLSX.")
    file_name = fields.Char()
    tolerance = fields.Monetary(help="Differences up to this count as none.")
    user_id = fields.Many2one(
        "res.users", string="Compared by", readonly=True, index="btree_not_null"
    )
    compared_at = fields.Datetime(string="Compared on", readonly=True)
    remark = fields.Text(readonly=True)
    note = fields.Text(string="What was agreed")
    line_ids = fields.One2many("ar.collection.statement.comparison.line", "comparison_id")
    our_total = fields.Monetary(string="Our balance", readonly=True)
    their_total = fields.Monetary(string="Their balance", readonly=True)
    difference = fields.Monetary(readonly=True, help="Their balance less ours.")
    matched_count = fields.Integer(string="Agree", compute="_compute_counts")
    different_count = fields.Integer(string="To clarify", compute="_compute_counts")

    # === COMPUTES === #
    @api.depends("collection_id")
    def _compute_currency_id(self):
        for comparison in self:
            if not comparison.currency_id:
                comparison.currency_id = (
                    comparison.collection_id.currency_id or self.env.company.currency_id
                )

    @api.depends("line_ids.kind", "line_ids.done")
    def _compute_counts(self):
        counts = {}
        for comparison, kind, done, count in self.env[
            "ar.collection.statement.comparison.line"
        ]._read_group(
            [("comparison_id", "in", self.ids)], ["comparison_id", "kind", "done"], ["__count"]
        ):
            counts.setdefault(comparison.id, []).append((kind, done, count))
        for comparison in self:
            rows = counts.get(comparison.id, [])
            comparison.matched_count = sum(n for kind, _done, n in rows if kind == "matched")
            comparison.different_count = sum(
                n for kind, done, n in rows if kind != "matched" and not done
            )

    @api.depends("collection_id", "date")
    def _compute_display_name(self):
        for comparison in self:
            comparison.display_name = self.env._(
                "%(debtor)s, %(day)s",
                debtor=comparison.collection_id.display_name or "",
                day=format_date(self.env, comparison.date) if comparison.date else "",
            )

    # === ACTIONS === #
    def action_compare(self):
        """Read their statement and compare it with ours, anew.

        :raises UserError: no file, or one that is no statement; it says why.
        """
        for comparison in self:
            comparison.check_access("write")
            comparison._compare()
        return True

    # === BUSINESS === #
    def _compare(self):
        self.ensure_one()
        theirs = self._read_file()
        items = self._our_items()
        results = rules.compare(
            [self._to_ours(item, references) for item, references in items],
            theirs.lines,
            Decimal(str(self.tolerance)),
        )
        known = self._known_documents() if results else {}
        # sudo: the result is the program's finding; people only tick and remark
        own = self.sudo()
        own.line_ids.unlink()
        own.write(
            {
                "line_ids": [
                    fields.Command.create(self._prepare_line_vals(row, known)) for row in results
                ],
                "our_total": float(sum((row.our_amount for row in results), rules.ZERO)),
                "their_total": float(sum((row.their_amount for row in results), rules.ZERO)),
                "difference": float(sum((row.difference for row in results), rules.ZERO)),
                "user_id": self.env.uid,
                "compared_at": fields.Datetime.now(),
                "remark": self.env._(
                    "Lines of the file without an amount were left out: %(rows)s.",
                    rows=", ".join(map(str, theirs.unread[:20])),
                )
                if theirs.unread
                else False,
            }
        )

    def _read_file(self):
        if not self.file:
            raise UserError(self.env._("Please choose the file with their statement."))
        try:
            _kind, sheet = read(base64.b64decode(self.file))
            if not isinstance(sheet, Sheet):
                raise statement_read.CompareError("columns")
            return statement_read.read(sheet)
        except RemittanceError as error:
            raise UserError(self.env["ar.collection.remittance"]._error_text(error)) from error
        except statement_read.CompareError as error:
            texts = {
                "columns": self.env._(
                    "No columns with document number and amount were found in %(file)s. Please put "
                    "a line with their names above them, for example Document, Date, Amount.",
                    file=self.file_name or "",
                ),
                "empty": self.env._(
                    "No line with an amount was found in %(file)s.", file=self.file_name or ""
                ),
            }
            raise UserError(texts[error.code]) from error

    def _our_items(self):
        """Our open items of the day in the currency: list of (item, references)."""
        account = self.collection_id
        source = self.env["ar.collection.statement.rows"].sudo()  # the whole account of a debtor
        found = source._open_items(
            account.company_id, self.date, account.partner_id.ids, with_holds=False
        )
        items = found.get((account.partner_id.id, self.currency_id.id), [])
        # sudo: references of items of all branches
        moves = self.env["account.move"].sudo().browse({item.move_id for item in items})
        references = {
            move.id: tuple(filter(None, (move.ref, move.payment_reference))) for move in moves
        }
        return [(item, references.get(item.move_id, ())) for item in items]

    @api.model
    def _to_ours(self, item, references):
        return rules.Ours(item.line_id, item.number, item.open, item.date, references)

    def _known_documents(self):
        """dict number, plain -> why a document that is not open is known here all the same."""
        account = self.collection_id
        source = self.env["ar.collection.statement.rows"].sudo()  # the whole account of a debtor
        rows = self.env.execute_query_dict(
            source._lines_sql(account.company_id, account.partner_id.ids)
        )
        known = {}
        for row in rows:
            if row["posted"] > self.date:
                text = self.env._(
                    "Here it is dated later: %(day)s.", day=format_date(self.env, row["posted"])
                )
            elif row["currency_id"] != self.currency_id.id:
                currency = self.env["res.currency"].browse(row["currency_id"])
                text = self.env._("Here it is in %(currency)s.", currency=currency.name)
            else:
                text = self.env._("Here it is settled.")
            for number in (row["number"], row["reference"]):
                if number:
                    known[rules.bare(number)] = text
        return known

    def _prepare_line_vals(self, row, known):
        ours, theirs = row.ours, row.theirs
        remark = ""
        if row.kind == "missing_here":
            remark = known.get(rules.bare(theirs[0].number)) or theirs[0].text
        return {
            "kind": row.kind,
            "how": row.how or False,
            "number": ours[0].number if ours else False,
            "date": min(filter(None, (item.date for item in ours)), default=False),
            "our_amount": float(row.our_amount),
            "their_number": theirs[0].number if theirs else False,
            "their_date": min(filter(None, (line.date for line in theirs)), default=False),
            "their_amount": float(row.their_amount),
            "difference": float(row.difference),
            "rows": ", ".join(str(line.row) for line in theirs),
            "remark": remark,
            "line_ids": [fields.Command.set([item.key for item in ours])],
        }
