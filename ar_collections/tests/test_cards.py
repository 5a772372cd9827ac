import re

from lxml import etree

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestCards(TransactionCase):
    """A card that reads a field which its board does not load breaks the whole board."""

    def test_cards_know_the_fields_they_read(self):
        views = self.env["ir.ui.view"].search(
            [("type", "=", "kanban"), ("model", "=like", "ar.collection%")]
        )
        self.assertGreater(len(views), 5)
        for view in views:
            arch = self.env[view.model].get_view(view.id, "kanban")["arch"]
            known = {node.get("name") for node in etree.fromstring(arch).iter("field")}
            read = set(re.findall(r"record\.(\w+)\.(?:raw_value|value)", arch))
            with self.subTest(view=view.xml_id):
                self.assertLessEqual(read, known)
