from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..models.ar_collection_live import FIGURE_ITEMS
from ..models.ar_collection_refresh_figures import AMOUNTS
from .ledger import LedgerCommon


@tagged("post_install", "-at_install")
class TestFiguresShown(LedgerCommon):
    """Everywhere the same figures: in lists, on the page, and in the items behind each."""

    def _scene(self):
        """Items of every sort; dict name -> item."""
        moves = {
            "later": self._invoice(10, -5),
            "young": self._invoice(20, 10),
            "month": self._invoice(40, 45),
            "disputed": self._invoice(80, 70),
            "promised": self._invoice(160, 100),
            "ancient": self._invoice(320, 500),
            "planned": self._invoice(640, 15),
            "excluded": self._invoice(1280, 20),
            "credit": self._credit_note(5, days=2),
        }
        self._hold(moves["disputed"], 30, "disputed")
        self._hold(moves["promised"], 0, "promised")
        self._hold(moves["planned"], 600, "planned")
        self._item(moves["excluded"]).no_followup = True
        return {name: self._item(move) for name, move in moves.items()}

    def test_every_figure_opens_its_items(self):
        items = self._scene()
        account = self._account()
        self._check_figures(
            account,
            total_due=2550,
            not_due=10,
            total_overdue=2540,
            bucket_1=20 + 640 + 1280,
            bucket_2=40,
            bucket_3=80,
            bucket_4=160,
            bucket_5=320,
            disputed=30,
            promised=160,
            planned=600,
            held_other=1280,
            held=2070,
            collectable=470,
            unapplied_credit=5,
            net_collectable=465,
        )
        names = {
            "total_due": "later young month disputed promised ancient planned excluded",
            "not_due": "later",
            "total_overdue": "young month disputed promised ancient planned excluded",
            "bucket_1": "young planned excluded",
            "bucket_2": "month",
            "bucket_3": "disputed",
            "bucket_4": "promised",
            "bucket_5": "ancient",
            "held": "disputed promised planned excluded",
            "disputed": "disputed",
            "promised": "promised",
            "planned": "planned",
            "held_other": "excluded",
            "collectable": "young month disputed ancient planned",
            "unapplied_credit": "credit",
            "net_collectable": "young month disputed ancient planned credit",
        }
        self.assertEqual(set(names), set(FIGURE_ITEMS))
        for figure, expected in names.items():
            with self.subTest(figure=figure):
                action = account.action_open_figure(figure)
                found = self.env["account.move.line"].search(action["domain"])
                self.assertEqual(set(found.ids), {items[name].id for name in expected.split()})

    def test_items_behind_a_figure_add_up_to_it(self):
        self._scene()
        account = self._account()
        for figure in AMOUNTS:
            found = self.env["account.move.line"].search(
                account.action_open_figure(figure)["domain"]
            )
            total = abs(sum(found.mapped("amount_residual")))
            held = sum(found.mapped("ar_held"))
            own = {"held", "disputed", "promised", "planned", "held_other"}
            with self.subTest(figure=figure):
                if figure in own:
                    self.assertEqual(held, account[figure])
                elif figure in ("collectable", "net_collectable"):
                    self.assertEqual(total - held, account[figure])
                else:
                    self.assertEqual(total, account[figure])

    def test_unknown_figure(self):
        self._invoice(10, 1)
        with self.assertRaisesRegex((UserError, ValueError), "no figure partner_id"):
            self._account().action_open_figure("partner_id")

    def test_page_and_list_show_the_same(self):
        self._scene()
        account = self._account()
        live = account.live_figures
        self.assertEqual({name: live[name] for name in AMOUNTS}, {n: account[n] for n in AMOUNTS})
        self.assertEqual(live["balance"], 2545)
        self.assertEqual(live["in_other_branches"], 0)
        self.assertEqual(len(account.item_ids), 9)

    def test_queries_of_the_page(self):
        self._scene()
        account = self._account()
        self.assertEqual(account.live_figures["balance"], 2545)
        with self.assertQueryCount(16):
            self.env.invalidate_all()
            self.assertEqual(account.live_figures["balance"], 2545)

    def test_page_is_live_and_list_is_the_cache(self):
        self._invoice(100, 10)
        account = self._account()
        self._invoice(50, 10)
        account.invalidate_recordset()
        self.assertEqual((account.total_due, account.live_figures["total_due"]), (100, 150))
        differing = self.Account.search(account.action_check_ledger()["domain"])
        self.assertEqual(differing, account)
        account.action_refresh()
        self.assertEqual(account.total_due, 150)
        self.assertEqual(account.action_check_ledger()["tag"], "display_notification")

    def test_form_opens_for_a_debtor_without_items(self):
        move = self._invoice(100, 10)
        account = self._account()
        self._pay(move)
        with Form(account) as form:
            form.next_action = "Send flowers"
        self.assertEqual(account.live_figures["total_due"], 0)
