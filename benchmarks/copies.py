"""Copy the specimens as the plan says, one INSERT per table.

A copied row keeps every column of its specimen, whatever Odoo may store there, save
those named here: keys, partners, names, dates, and amounts, which grow in proportion.
"""

from odoo.tools import SQL

from specimens import AMOUNT, Specimens

MOVE_PARTNERS = ("partner_id", "commercial_partner_id", "partner_shipping_id")
MOVE_DATES = ("date", "invoice_date", "invoice_date_due", "delivery_date", "taxable_supply_date")
MOVE_AMOUNTS = (
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "amount_residual",
    "amount_untaxed_signed",
    "amount_untaxed_in_currency_signed",
    "amount_tax_signed",
    "amount_total_signed",
    "amount_total_in_currency_signed",
    "amount_residual_signed",
)
LINE_DATES = ("date", "invoice_date", "date_maturity", "discount_date")
LINE_AMOUNTS = (
    "debit",
    "credit",
    "balance",
    "amount_currency",
    "amount_residual",
    "amount_residual_currency",
    "price_unit",
    "price_subtotal",
    "price_total",
    "discount_amount_currency",
    "discount_balance",
)
#: Columns of partners with the number of the debtor in their text.
CODED = (
    "name",
    "complete_name",
    "phone",
    "phone_sanitized",
    "commercial_company_name",
    "email",
    "email_normalized",
)


class Copies:
    """The statements that copy the specimens."""

    def __init__(self, cr, specimens: Specimens) -> None:
        self.cr, self.specimens = cr, specimens

    def copy_partners(self) -> None:
        columns = {
            name: SQL("replace(spec.%s, '0000000', debtor.code)", SQL.identifier(name))
            for name in CODED
        }
        for name in ("email", "email_normalized"):
            columns[name] = SQL("CASE WHEN NOT debtor.without_email THEN %s END", columns[name])
        columns["id"] = columns["commercial_partner_id"] = SQL("debtor.partner_id")
        source = SQL(
            "bench_debtor debtor JOIN res_partner spec ON spec.id = %s", self.specimens.debtor.id
        )
        self._copy("res_partner", columns, source)
        columns |= {"id": SQL("debtor.child_id"), "parent_id": SQL("debtor.partner_id")}
        source = SQL(
            "bench_debtor debtor JOIN res_partner spec ON spec.id = %s AND child_id IS NOT NULL",
            self.specimens.child.id,
        )
        self._copy("res_partner", columns, source)
        self.cr.execute("ANALYZE res_partner")

    def copy_moves(self) -> None:
        self._number_moves()
        columns = self._common_columns(MOVE_DATES, MOVE_AMOUNTS, MOVE_PARTNERS)
        columns |= {
            "name": SQL("number.name"),
            "sequence_prefix": SQL("number.prefix"),
            "sequence_number": SQL("number.number"),
            "payment_reference": SQL("replace(spec.payment_reference, spec.name, number.name)"),
            "invoice_partner_display_name": SQL(
                "replace(spec.invoice_partner_display_name, '0000000', debtor.code)"
            ),
            "origin_payment_id": SQL("payment.id"),
        }
        joins = SQL(
            "JOIN bench_number number ON number.id = map.id %s",
            self._mapped("account_payment", "payment", "origin_payment_id"),
        )
        self._copy("account_move", columns, SQL("%s %s", self._from("account_move"), joins))

    def _number_moves(self) -> None:
        """Numbers without gaps per journal, prefix and year, in the order of the dates."""
        self.cr.execute(
            SQL(
                """
                CREATE UNLOGGED TABLE bench_number AS
                WITH dated AS (
                    SELECT map.id, spec.journal_id, spec.date - document.age AS date,
                           replace(spec.sequence_prefix, to_char(spec.date, '/YYYY/'),
                                   to_char(spec.date - document.age, '/YYYY/')) AS prefix
                      FROM %s),
                used AS (
                    SELECT journal_id, sequence_prefix AS prefix, max(sequence_number) AS last
                      FROM account_move GROUP BY journal_id, sequence_prefix),
                numbered AS (
                    SELECT id, prefix, (coalesce(last, 0) + row_number() OVER (
                               PARTITION BY journal_id, prefix ORDER BY date, id))::int AS number
                      FROM dated LEFT JOIN used USING (journal_id, prefix))
                SELECT *, prefix || lpad(number::text, greatest(5, length(number::text)), '0')
                       AS name
                  FROM numbered;
                CREATE UNIQUE INDEX ON bench_number (id);
                ANALYZE bench_number
                """,
                self._from("account_move"),
            )
        )

    def copy_payments(self) -> None:
        amounts = ("amount", "amount_company_currency_signed")
        columns = self._common_columns(("date",), amounts, ("partner_id",))
        columns |= {"name": SQL("number.name"), "move_id": SQL("number.id")}
        self._copy(
            "account_payment",
            columns,
            SQL("%s %s", self._from("account_payment"), self._number()),
        )

    def copy_lines(self) -> None:
        columns = self._common_columns(LINE_DATES, LINE_AMOUNTS, ("partner_id",))
        for name in ("name", "move_name", "ref"):
            columns[name] = SQL(
                "replace(spec.%s, spec.move_name, number.name)", SQL.identifier(name)
            )
        columns |= {
            "move_id": SQL("number.id"),
            "payment_id": SQL("payment.id"),
            "full_reconcile_id": SQL("matched.id"),
            "matching_number": SQL("coalesce(matched.id::text, 'P' || part.id)"),
        }
        source = SQL(
            """
            %s %s %s %s
            LEFT JOIN bench_account_partial_reconcile part
                   ON part.document_id = map.document_id
                  AND 'P' || part.spec_id = spec.matching_number
            """,
            self._from("account_move_line"),
            self._number(),
            self._mapped("account_payment", "payment", "payment_id"),
            self._mapped("account_full_reconcile", "matched", "full_reconcile_id"),
        )
        self._copy("account_move_line", columns, source)

    def copy_reconciliations(self) -> None:
        source = self._from("account_full_reconcile")
        self._copy("account_full_reconcile", {"id": SQL("map.id")}, source)
        amounts = ("amount", "debit_amount_currency", "credit_amount_currency")
        columns = self._common_columns(("max_date",), amounts, ())
        columns |= {
            "debit_move_id": SQL("debit.id"),
            "credit_move_id": SQL("credit.id"),
            "full_reconcile_id": SQL("matched.id"),
        }
        source = SQL(
            "%s %s %s %s",
            self._from("account_partial_reconcile"),
            self._mapped("account_move_line", "debit", "debit_move_id"),
            self._mapped("account_move_line", "credit", "credit_move_id"),
            self._mapped("account_full_reconcile", "matched", "full_reconcile_id"),
        )
        self._copy("account_partial_reconcile", columns, source)

    def drop_indexes(self, *tables: str) -> list[str]:
        """Drop the indexes that are no keys; return how to make them again."""
        self.cr.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary",
            [list(tables)],
        )
        found = self.cr.fetchall()
        for name, _definition in found:
            self.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
        return [definition for _name, definition in found]

    # === PARTS OF STATEMENTS === #
    def _from(self, table: str) -> SQL:
        """Each row to be copied with its document, its debtor and its specimen."""
        return SQL(
            """
            %s map JOIN bench_document document ON document.id = map.document_id
               JOIN bench_debtor debtor ON debtor.no = document.debtor
               JOIN %s spec ON spec.id = map.spec_id
            """,
            SQL.identifier(f"bench_{table}"),
            SQL.identifier(table),
        )

    def _mapped(self, table: str, alias: str, column: str) -> SQL:
        """The copy, in the same document, of what the specimen refers to."""
        return SQL(
            "LEFT JOIN %(map)s %(alias)s ON %(alias)s.document_id = map.document_id"
            " AND %(alias)s.spec_id = spec.%(column)s",
            map=SQL.identifier(f"bench_{table}"),
            alias=SQL.identifier(alias),
            column=SQL.identifier(column),
        )

    def _number(self) -> SQL:
        return SQL(
            "%s JOIN bench_number number ON number.id = move.id",
            self._mapped("account_move", "move", "move_id"),
        )

    def _common_columns(self, dates, amounts, partners) -> dict[str, SQL]:
        """Expressions for the key, the dates, the amounts and the partners of a copy."""
        columns = {"id": SQL("map.id")}
        for name in dates:
            columns[name] = SQL("spec.%s - document.age", SQL.identifier(name))
        for name in amounts:
            columns[name] = SQL(
                "round(spec.%s * document.tens / %s, 2)", SQL.identifier(name), AMOUNT // 10
            )
        for name in partners:
            columns[name] = SQL(
                "CASE spec.%(name)s WHEN %(debtor)s THEN debtor.partner_id"
                " WHEN %(child)s THEN debtor.child_id ELSE spec.%(name)s END",
                name=SQL.identifier(name),
                debtor=self.specimens.debtor.id,
                child=self.specimens.child.id,
            )
        return columns

    def _copy(self, table: str, columns: dict[str, SQL], source: SQL) -> None:
        """INSERT copies of ``spec``: ``columns`` as given, all others as they are."""
        self.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND table_schema = 'public'",
            [table],
        )
        names = [name for (name,) in self.cr.fetchall()]
        self.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s",
                SQL.identifier(table),
                SQL(", ").join(SQL.identifier(name) for name in names),
                SQL(", ").join(
                    columns.get(name, SQL("spec.%s", SQL.identifier(name))) for name in names
                ),
                source,
            )
        )
