from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL


@tagged("post_install", "-at_install")
class TestIndexes(TransactionCase):
    """Our tables grow for years: deleting what they point to must not read all of them."""

    def test_what_is_deleted_every_day_is_found_by_an_index(self):
        tables = tuple(
            model._table
            for name, model in self.env.registry.items()
            if name.startswith("ar.collection") and model._auto and not model._transient
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT own.relname, attribute.attname
                  FROM pg_constraint link
                  JOIN pg_class own ON own.oid = link.conrelid
                  JOIN pg_class target ON target.oid = link.confrelid
                  JOIN pg_attribute attribute ON attribute.attrelid = own.oid
                   AND attribute.attnum = link.conkey[1]
                 WHERE link.contype = 'f' AND own.relname IN %s
                   AND target.relname IN ('ir_attachment', 'mail_mail', 'mail_message',
                                          'mail_activity', 'account_move', 'account_move_line',
                                          'res_partner')
                   AND NOT EXISTS (SELECT FROM pg_index index WHERE index.indrelid = own.oid
                                      AND index.indkey[0] = attribute.attnum)
                """,
                tables,
            )
        )
        self.assertEqual(rows, [])
        self.assertIn("ar_collection_notice", tables)
