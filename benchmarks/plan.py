"""What is generated, as tables: debtors, documents, and a row for each row to be copied.

All choices are hashes of a running number, so that two databases of one size hold the
same (save that dates are relative to the day of the generation).
"""

from itertools import accumulate

from odoo.tools import SQL

from specimens import ITEMS, OPEN, PAID_TOGETHER, Specimens

#: Open documents of debtor 1, whom everybody fears.
HUGE = 2000
#: Days past due (from, to) -> how many of 1,000 documents lie between.
AGES = {
    (-29, 0): 400,
    (1, 30): 250,
    (31, 60): 120,
    (61, 90): 80,
    (91, 120): 50,
    (121, 700): 100,
}
TABLES = (
    "account_move",
    "account_move_line",
    "account_payment",
    "account_partial_reconcile",
    "account_full_reconcile",
)


def hashed(column: str, salt: int, modulo: int) -> SQL:
    """SQL: a number below ``modulo`` that depends on an integer column."""
    return SQL(
        "((hashint4extended(%s, %s) & 2147483647) %% %s)::int",
        SQL.identifier(column),
        salt,
        modulo,
    )


def chosen(values: list, weights: list[int], number: SQL) -> SQL:
    """SQL: one of ``values``; ``number`` is below the sum of the weights."""
    return SQL("(%s)[1 + width_bucket(%s, %s)]", values, number, list(accumulate(weights))[:-1])


class Plan:
    """Tables ``bench_debtor``, ``bench_document``, and one ``bench_<table>`` of copied rows."""

    def __init__(self, cr, specimens: Specimens) -> None:
        self.cr, self.specimens = cr, specimens

    def make_debtors(self, count: int) -> None:
        """Debtors, of whom every fifth has an invoice address and 2 % no e-mail address."""
        self.cr.execute(
            SQL(
                """
                CREATE UNLOGGED TABLE bench_debtor AS
                SELECT no, %(base)s + 2 * no - 1 AS partner_id,
                       CASE WHEN no %% 5 = 0 THEN %(base)s + 2 * no END AS child_id,
                       lpad(no::text, 7, '0') AS code, %(lottery)s < 2 AS without_email
                  FROM generate_series(1, %(count)s) AS no;
                CREATE UNIQUE INDEX ON bench_debtor (no);
                ANALYZE bench_debtor
                """,
                base=self._last_id("res_partner"),
                lottery=hashed("no", 1, 100),
                count=count,
            )
        )

    def make_documents(self, debtors: int, items: int) -> None:
        """Documents: kind, debtor, amount in tens, and age: days past due.

        Half of them are dealt out in turn, half by chance.
        """
        per_document = sum(OPEN[kind] * ITEMS.get(kind, 1) for kind in OPEN) / 1000
        bands, weights = list(AGES), list(AGES.values())
        self.cr.execute(
            SQL(
                """
                CREATE UNLOGGED TABLE bench_document AS
                SELECT no AS id, kind,
                       CASE WHEN kind = 'of_child' THEN greatest(debtor - debtor %% 5, 5)
                            ELSE debtor END AS debtor,
                       1 + size * size / 2500000 AS tens,
                       CASE WHEN kind IN ('payment', 'part_paid') THEN greatest(age, -10)
                            WHEN kind = 'paid' THEN abs(age) + 31 ELSE age END AS age
                  FROM (SELECT no, size,
                               CASE WHEN no > %(open)s THEN 'paid' ELSE %(kind)s END AS kind,
                               CASE WHEN no <= %(huge)s THEN 1
                                    WHEN no %% 2 = 0 THEN 1 + no / 2 %% %(debtors)s
                                    ELSE 1 + %(any_debtor)s END AS debtor,
                               %(first)s + chance %% (%(last)s - %(first)s + 1) AS age
                          FROM (SELECT no, %(band)s AS band, %(chance)s AS chance, %(size)s AS size
                                  FROM generate_series(1, %(open)s + %(paid)s) AS no) dealt) named;
                CREATE UNIQUE INDEX ON bench_document (id);
                ANALYZE bench_document
                """,
                open=round(items / per_document),
                paid=items // PAID_TOGETHER,
                kind=chosen(list(OPEN), list(OPEN.values()), hashed("no", 2, 1000)),
                huge=HUGE,
                debtors=debtors,
                any_debtor=hashed("no", 3, debtors),
                size=hashed("no", 4, 30000),
                band=hashed("no", 5, 1000),
                chance=hashed("no", 6, 100000),
                first=chosen([first for first, _last in bands], weights, SQL("band")),
                last=chosen([last for _first, last in bands], weights, SQL("band")),
            )
        )

    def map_rows(self) -> None:
        """Table by table: which specimen row is copied for which document, under which id."""
        self.cr.execute("CREATE TEMPORARY TABLE bench_kind (kind text, move_id int)")
        for kind, ids in self.specimens.moves.items():
            self.cr.execute("INSERT INTO bench_kind SELECT %s, unnest(%s)", [kind, ids])
        specimens = {
            "account_move": "SELECT id, id AS move_id FROM account_move",
            "account_move_line": "SELECT id, move_id FROM account_move_line",
            "account_payment": "SELECT id, move_id FROM account_payment",
            "account_partial_reconcile": "SELECT part.id, line.move_id"
            " FROM account_partial_reconcile part"
            " JOIN account_move_line line ON line.id = part.debit_move_id",
            "account_full_reconcile": "SELECT DISTINCT ON (full_reconcile_id)"
            " full_reconcile_id AS id, move_id FROM account_move_line"
            " WHERE full_reconcile_id IS NOT NULL",
        }
        for table, rows in specimens.items():
            self.cr.execute(
                SQL(
                    """
                    CREATE UNLOGGED TABLE %(map)s AS
                    SELECT document.id AS document_id, spec.id AS spec_id,
                           (%(base)s + row_number() OVER (ORDER BY document.id, spec.id))::int AS id
                      FROM (%(rows)s) spec
                      JOIN bench_kind kind ON kind.move_id = spec.move_id
                      JOIN bench_document document ON document.kind = kind.kind;
                    CREATE INDEX ON %(map)s (document_id, spec_id);
                    ANALYZE %(map)s
                    """,
                    map=SQL.identifier(f"bench_{table}"),
                    base=self._last_id(table),
                    rows=SQL(rows),
                )
            )

    def drop(self) -> None:
        """Set the sequences behind the copies; the tables of the plan go."""
        for table in ("res_partner", *TABLES):
            self.cr.execute("SELECT setval(%s, %s)", [f"{table}_id_seq", self._last_id(table)])
        for table in ("debtor", "document", "number", "kind", *TABLES):
            self.cr.execute(SQL("DROP TABLE %s", SQL.identifier(f"bench_{table}")))

    def _last_id(self, table: str) -> int:
        self.cr.execute(SQL("SELECT coalesce(max(id), 0) FROM %s", SQL.identifier(table)))
        return self.cr.fetchone()[0]
