"""What the server does when a collector opens a screen: the calls of the web client."""

import ast
import itertools

from lxml import etree

from odoo.tools.safe_eval import safe_eval

from measure import Job, interleave

#: Records on one page of a list, and of a column of the board.
PAGE = 80


class Screens:
    """Jobs on one database, as a collector who sees own and unassigned debtors."""

    def __init__(self, env) -> None:
        collector = env["res.users"].create(
            {
                "name": "Benchmark collector",
                "login": "benchmark",
                "group_ids": [(4, env.ref("ar_collections.group_ar_collection_user").id)],
            }
        )
        self.env = env(user=collector.id)
        self.accounts = self.env["ar.collection"]

    def measure(self, rounds: int) -> list[Job]:
        huge, average = self._debtors()
        limit = {"after": self.rollback_cache, "target": 0.2, "limit": "200 ms"}
        jobs = [
            Job("worklist", self.worklist, **limit),
            Job("worklist, page 50", lambda: self.worklist(49 * PAGE), **limit),
            Job("board of stages", self.board, **limit),
            Job("debtor's page", lambda: self.form(average), **limit),
            Job("debtor's page, 2,000 open items", lambda: self.form(huge), **limit),
            Job("saving a call", lambda: self.call(average), **limit),
        ]
        self.rollback_cache()
        return interleave(jobs, 3 * rounds)

    def rollback_cache(self) -> None:
        """Every request begins with an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()

    def _debtors(self) -> tuple:
        self.env.cr.execute(
            """
            SELECT account.id FROM ar_collection account
              JOIN account_move_line line ON line.partner_id = account.partner_id
             WHERE line.reconciled IS NOT TRUE AND line.amount_residual != 0
             GROUP BY account.id ORDER BY count(*) DESC
            """
        )
        ids = [row_id for (row_id,) in self.env.cr.fetchall()]
        return self.accounts.browse(ids[0]), self.accounts.browse(ids[len(ids) // 2])

    def worklist(self, offset: int = 0) -> None:
        """The first page of the list, its groups opened; a later page without groups."""
        action = self._action("ar_collection_action_worklist")
        accounts = self.accounts.with_context(**action["context"])
        specification = self._specification("list", "ar_collection_view_list")
        if offset:
            accounts.web_search_read(
                self._domain(action),
                specification,
                offset=offset,
                limit=PAGE,
                order="priority desc, id",
                count_limit=10001,
            )
        else:
            accounts.web_read_group(
                self._domain(action),
                ["worklist_group"],
                ["net_collectable:sum", "__count"],
                auto_unfold=True,
                unfold_read_specification=specification,
                unfold_read_default_limit=PAGE,
            )

    def call(self, account) -> None:
        """A conversation is logged; the debtor's place in the list follows."""
        result = self.env["ar.collection.call.result"].search([], limit=1)
        self.env["ar.collection.call"].log(
            {"collection_id": account.id, "result_id": result.id, "duration": 60}
        )

    def board(self) -> None:
        action = self._action("ar_collection_action")
        arch = self._arch("kanban", "ar_collection_view_kanban")
        bar = arch.find(".//progressbar").attrib
        accounts, domain = self.accounts.with_context(**action["context"]), self._domain(action)
        accounts.web_read_group(
            domain,
            ["stage_id"],
            [f"{bar['sum_field']}:sum"],
            auto_unfold=True,
            unfold_read_specification=_fields(self.accounts, arch),
            unfold_read_default_limit=PAGE,
        )
        accounts.read_progress_bar(
            domain,
            "stage_id",
            {"field": bar["field"], "colors": ast.literal_eval(bar["colors"])},
        )

    def form(self, account) -> None:
        account.web_read(self._specification("form", "ar_collection_view_form"))

    # === WHAT THE CLIENT KNOWS FROM THE VIEWS === #
    def _action(self, name: str) -> dict:
        action = self.env["ir.actions.act_window"]._for_xml_id(f"ar_collections.{name}")
        return {**action, "context": self._value(action["context"] or "{}")}

    def _domain(self, action: dict) -> list:
        """The domains of the filters that the action switches on."""
        search = self._arch("search", "ar_collection_view_search")
        wanted = [
            key.removeprefix("search_default_")
            for key in action["context"]
            if key.startswith("search_default_")
        ]
        filters = [
            self._value(found.get("domain"))
            for name in wanted
            if (found := search.find(f".//filter[@name='{name}']")) is not None
            and found.get("domain")
        ]
        return list(itertools.chain(*filters))

    def _value(self, expression: str):
        """What the client makes of a context or domain."""
        return safe_eval(expression, {"uid": self.env.uid})

    def _arch(self, kind: str, name: str):
        view = self.env.ref(f"ar_collections.{name}")
        return etree.fromstring(self.accounts.get_view(view.id, kind)["arch"])

    def _specification(self, kind: str, name: str) -> dict:
        return _fields(self.accounts, self._arch(kind, name))


def _fields(model, arch) -> dict:
    """What the client asks of ``web_read`` for the fields of a view."""
    specification = {}
    for node in arch.iter("field"):
        if next(node.iterancestors("field"), None) is not None:
            continue  # a column of the list inside another field
        specification[node.get("name")] = _field(model, node)
    return specification


def _field(model, node) -> dict:
    field = model._fields[node.get("name")]
    if field.type == "many2one":
        return {"fields": {"display_name": {}}}
    if field.type not in ("one2many", "many2many"):
        return {}
    inner = model.env[field.comodel_name]
    arch = node.find("list")
    if arch is None:
        context = ast.literal_eval(node.get("context") or "{}")
        view = inner.with_context(**context).get_view(None, "list")
        arch = etree.fromstring(view["arch"])
    return {"fields": _fields(inner, arch), "limit": int(arch.get("limit") or 40), "order": ""}
