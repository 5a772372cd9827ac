import logging
from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

_logger = logging.getLogger(__name__)


class ArCollectionRun(models.Model):
    """One dunning run of one root company on one date, or a simulation of one."""

    _name = "ar.collection.run"
    _description = "Dunning Run"
    _order = "date desc, id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    simulation = fields.Boolean(readonly=True)
    state = fields.Selection(
        [("new", "Started"), ("waiting", "Waiting"), ("done", "Done")],
        default="new",
        required=True,
        readonly=True,
    )
    warning = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Started by", readonly=True, default=lambda self: self.env.user
    )
    decision_ids = fields.One2many("ar.collection.decision", "run_id", readonly=True)
    notice_ids = fields.One2many("ar.collection.notice", "run_id", readonly=True)
    debtor_count = fields.Integer(string="Debtors", compute="_compute_totals")
    notice_count = fields.Integer(string="Notices", compute="_compute_totals")
    claim = fields.Monetary(string="Claimed", compute="_compute_totals")
    summary = fields.Json(compute="_compute_summary", help="Totals by level and by reason.")

    _date_uniq = models.UniqueIndex(
        "(company_id, date) WHERE simulation IS NOT TRUE",
        "There is one dunning run per company and day.",
    )

    # === COMPUTES === #
    def _compute_totals(self):
        groups = self.env["ar.collection.decision"]._read_group(
            [("run_id", "in", self.ids)],
            ["run_id", "reason"],
            ["__count", "claim:sum"],
        )
        totals = defaultdict(lambda: [0, 0, 0.0])
        for run, reason, count, claim in groups:
            totals[run][0] += count
            if not reason:
                totals[run][1] += count
                totals[run][2] += claim
        further = self._count_further_addresses()
        for run in self:
            run.debtor_count, run.notice_count, run.claim = totals[run]
            run.debtor_count -= further.get(run, 0)

    def _compute_summary(self):
        for run in self:
            run.summary = run._summarize()

    def _summarize(self):
        """dict ``debtors, notices, none, claim, levels, reasons``: plain values for people and tests."""
        groups = self.env["ar.collection.decision"]._read_group(
            [("run_id", "=", self.id)],
            ["level_id", "reason"],
            ["__count", "claim:sum", "overdue:sum"],
        )
        labels = dict(
            self.env["ar.collection.decision"]._fields["reason"]._description_selection(self.env)
        )
        levels = [
            {
                "level_id": level.id,
                "delay": level.delay,
                "name": level.name,
                "automatic": level.automatic,
                "count": count,
                "claim": claim,
                "overdue": overdue,
            }
            for level, reason, count, claim, overdue in groups
            if not reason
        ]
        reasons = [
            {"reason": reason, "name": labels[reason], "count": count, "overdue": overdue}
            for _level, reason, count, _claim, overdue in groups
            if reason
        ]
        return {
            "debtors": sum(row["count"] for row in levels + reasons)
            - self._count_further_addresses().get(self, 0),
            "notices": sum(row["count"] for row in levels),
            "none": sum(row["count"] for row in reasons),
            "claim": sum(row["claim"] for row in levels),
            "levels": sorted(levels, key=lambda row: -row["delay"]),
            "reasons": sorted(reasons, key=lambda row: -row["count"]),
            "channels": self._count_channels(),
        }

    def _count_channels(self):
        """How many notices leave through each channel, and how many calls follow them.

        :return: list of [name, count], the most frequent first.
        """
        counts = Counter()
        for channels, level, count in self.env["ar.collection.decision"]._read_group(
            [("run_id", "=", self.id), ("reason", "=", False)],
            ["channels", "level_id"],
            ["__count"],
        ):
            names = (channels or "").split(",") + (["call"] if level.call_task else [])
            counts.update({name: count for name in names if name})
        return [list(row) for row in counts.most_common()]

    @api.depends("date", "simulation", "company_id")
    def _compute_display_name(self):
        for run in self:
            day = format_date(self.env, run.date)
            run.display_name = (
                self.env._("Simulation of %(day)s", day=day)
                if run.simulation
                else self.env._("Run of %(day)s", day=day)
            )

    # === CONTRACT === #
    @api.model
    def simulate(self, on_date, policy_ids=None, limit=None, offset=0):
        """What the run of the current company would decide on a date; writes nothing.

        :param on_date: date or ISO string. :param policy_ids: as if these, archived or not,
            were the policies; None: those in force.
        :param limit, offset: a page of the debtors, in the order of their accounts.
        :return: list of dicts ``collection_id, decision, level, channels, reason, claims,
            credits, to_pay``: ``claims`` are ``{line_id, currency, open, held, claimed}``,
            ``credits`` and ``to_pay`` dict code of the currency -> amount. Where the policy
            writes to each invoice address, a dict per address, with its id as ``address``.
        """
        self.check_access("read")
        company = self.env.company._ar_root()
        policies = None
        if policy_ids is not None:
            every = self.env["ar.collection.policy"].with_context(active_test=False)
            policies = every.search([("id", "in", policy_ids), ("company_id", "=", company.id)])
        run, day = self._what_if(policies), fields.Date.to_date(on_date)
        results = self._visible(run._decide(company, day, policies=policies))
        page = results[offset : offset + limit if limit else None]
        return run._to_plain(page, company, day)

    def _visible(self, results):
        """Those debtors the reader may see."""
        ids = [row["account"]["account_id"] for row in results]
        visible = set(self.env["ar.collection"].search([("id", "in", ids)])._ids)
        return [row for row in results if row["account"]["account_id"] in visible]

    def _to_plain(self, results, company, today):
        partner_ids = [row["account"]["partner_id"] for row in results]
        codes = {
            currency.id: currency.name
            for currency in self.env["res.currency"].with_context(active_test=False).search([])
        }
        lines = self.env["ar.collection.notice"]._plan_lines(results, company, today, partner_ids)
        plain = []
        for row in results:
            decision, fact = row["decision"], row["account"]
            plain.append(
                {
                    "collection_id": fact["account_id"],
                    **({"address": fact["address_id"]} if fact["address_id"] else {}),
                    "decision": "notice" if decision.level else "none",
                    "level": decision.level.id if decision.level else None,
                    "channels": list(decision.channels),
                    "reason": decision.reason,
                    "claims": [
                        {
                            "line_id": line["line_id"],
                            "currency": codes[line["currency_id"]],
                            "open": float(line["open_currency"]),
                            "held": float(line["open_currency"] - line["claimable"]),
                            "claimed": float(line["claimable"]),
                        }
                        for line in lines.get(self._key(fact), [])
                    ],
                    "credits": {
                        codes[claim.currency_id]: float(claim.credit) for claim in decision.claims
                    },
                    "to_pay": {
                        codes[claim.currency_id]: float(claim.to_pay) for claim in decision.claims
                    },
                }
            )
        return plain

    # === JOBS === #
    @api.model
    def _cron_run(self):
        """Tonight's run of every company that sends automatically."""
        # sudo: the job works for all companies
        companies = (
            self.env["res.company"]
            .sudo()
            .search([("parent_id", "=", False), ("ar_automatic", "=", True)])
        )
        for company in companies:
            done = self.search_count(
                [
                    ("company_id", "=", company.id),
                    ("date", "=", company._ar_today()),
                    ("simulation", "=", False),
                    ("state", "=", "done"),
                ]
            )
            if not done:
                self.with_company(company)._run_safely(company)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    # === RUN === #
    @api.model
    def _run_safely(self, company):
        """Tonight's run of one company; what goes wrong there does not stop the others."""
        try:
            run = self._run(company._ar_today())
        except Exception:
            self.env.cr.rollback()
            _logger.exception("Tonight's dunning run of %s failed", company.name)
            return
        if run.state == "waiting":
            cron = self.env.ref("ar_collections.ir_cron_ar_collection_run").sudo()  # our job
            cron._trigger(fields.Datetime.now() + timedelta(hours=1))  # the bank may come

    @api.model
    def _run(self, on_date):
        """The dunning run of the current company on a date: decide, and queue the notices.

        Started twice on one date, the second adds only what the first left without a
        notice. Sends nothing itself: the delivery does.

        :return: the run.
        :raises UserError: the date is not today.
        """
        company = self.env.company._ar_root()
        if fields.Date.to_date(on_date) != company._ar_today():
            raise UserError(
                self.env._(
                    "A run is for today, %(today)s. For another date, simulate it.",
                    today=format_date(self.env, company._ar_today()),
                )
            )
        # sudo: runs, decisions and notices are read-only for every human
        run = self.sudo()._get_or_create(company, on_date)
        run.warning = run._bank_warning()
        if run.warning and company.ar_bank_line_wait:
            run.state = "waiting"
            return run
        # sudo: debtors that appeared a moment ago get their accounts; the queue stays for its job
        _row_ids, *concerned = self.env["ar.collection.queue"].sudo()._take()
        self.env["ar.collection"].sudo()._refresh(*concerned)  # dito
        run._decide_and_queue()
        run.state = "done"
        company.sudo().ar_first_run_seen = True  # whoever may run has seen it
        self.env["ar.collection.notice"]._trigger_delivery()
        return run

    def _get_or_create(self, company, on_date):
        run = self.search(
            [("company_id", "=", company.id), ("date", "=", on_date), ("simulation", "=", False)]
        )
        return run or self.create(
            {"company_id": company.id, "date": on_date, "user_id": self.env.uid}
        )

    def _decide_and_queue(self):
        noticed = self.decision_ids.filtered("notice_id")
        (self.decision_ids - noticed).unlink()
        results = self._decide(self.company_id, self.date)
        self._queue(self._without_noticed(results, noticed))

    def _decide_again(self, decisions):
        """Decide anew, as of today, for debtors of this run that could not be written to.

        :raises UserError: none of them can be written to now.
        """
        debtors = decisions.partner_id
        run = self.sudo()  # runs, decisions and notices are read-only for every human
        known = run.decision_ids.search(
            [("run_id", "=", run.id), ("partner_id", "in", debtors.ids)]
        )
        results = run._without_noticed(
            run._decide(run.company_id, run.company_id._ar_today(), debtors.ids),
            known - decisions.sudo(),
        )
        if all(row["decision"].reason == "no_address" for row in results) and results:
            raise UserError(
                self.env._(
                    "There is still no usable address for %(debtors)s. Please complete the "
                    "contact, then retry.",
                    debtors=", ".join(debtors.mapped("display_name")),
                )
            )
        # of further addresses of a debtor those that have their notice stay
        (known.filtered(lambda row: not row.notice_id) | decisions.sudo()).unlink()  # dito
        run._queue(results)
        self.env["ar.collection.notice"]._trigger_delivery()

    def _queue(self, results):
        """Make the notices of decisions, and write the decisions with them."""
        results = list(results)
        decided = [row for row in results if row["decision"].level]
        notices = self.env["ar.collection.notice"]._create_from(self, decided)
        for row, notice in zip(decided, notices, strict=True):
            row["notice_id"] = notice.id
        self._insert_decisions(results)
        self._propose_actions(results)

    def _propose_actions(self, results):
        """Where somebody's work is needed, put it on the collector's list."""
        texts = {
            "covered_by_credit": self.env._("Apply the credit"),
            "money_on_its_way": self.env._("Match the money on its way"),
            "no_address": self.env._("Complete the address"),
        }
        for reason, text in texts.items():
            ids = [
                row["account"]["account_id"] for row in results if row["decision"].reason == reason
            ]
            self.env["ar.collection"].browse(dict.fromkeys(ids))._set_next_action(text, self.date)

    def _bank_warning(self):
        """A sentence when the newest bank line is older than the setting allows, else False."""
        limit = self.company_id.ar_bank_line_days
        if not limit:
            return False
        newest = (
            self.env["account.bank.statement.line"]
            .search([("company_id", "child_of", self.company_id.id)], order="date desc", limit=1)
            .date
        )
        if not newest:
            return False
        days = sum(
            (newest + timedelta(days=offset)).weekday() < 5
            for offset in range(1, (self.date - newest).days + 1)
        )
        if days <= limit:
            return False
        return self.env._(
            "The newest bank line is of %(day)s, %(days)s working days ago: payments may be missing.",
            day=format_date(self.env, newest),
            days=days,
        )

    # === ACTIONS === #
    def action_open_decisions(self):
        """Show what the run concluded for each debtor."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_decision_action"
        )
        action["display_name"] = self.display_name
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {
            "search_default_group_by_decision": 1,
            "max_number_opened_groups": 30,
            "ar_collections_run_id": self.id,
        }
        return action

    def action_open_notices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "ar_collections.ar_collection_notice_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {}
        return action

    @api.model
    def action_run_now(self):
        """Run tonight's dunning of the current company now, and show what it decided.

        The first time it asks where old debt starts instead.

        :raises UserError: the user is no manager of collections.
        """
        if not self.env.user.has_group("ar_collections.group_ar_collection_manager"):
            raise UserError(self.env._("Only a manager of AR Collections may start a dunning run."))
        company = self.env.company._ar_root()
        if company._ar_needs_catch_up():
            return self.env["ir.actions.act_window"]._for_xml_id(
                "ar_collections.ar_collection_policy_catch_up_action"
            )
        return self._run(company._ar_today()).with_env(self.env).action_open_decisions()

    @api.model
    def tonight(self):
        """Size of tonight's run of the current company: ``count``, ``amount``, ``currency_id``,
        ``automatic``, ``catch_up`` (old debt has no start yet) and ``levels`` (``level_id,
        name, count, amount, automatic``), the final one first."""
        self.check_access("read")
        company = self.env.company._ar_root()
        results = self._visible(self._decide(company, company._ar_today()))
        results = [row for row in results if row["decision"].level]
        decided = [row["decision"] for row in results]
        by_level = defaultdict(list)
        for decision in decided:
            by_level[decision.level.id].append(decision.amount)
        levels = self.env["ar.collection.level"].browse(by_level).sorted("delay", reverse=True)
        return {
            "count": len({row["account"]["account_id"] for row in results}),
            "amount": float(sum(decision.amount for decision in decided)),
            "currency_id": company.currency_id.id,
            "automatic": company.sudo().ar_automatic,  # a setting everybody may know
            "catch_up": company.sudo()._ar_needs_catch_up(),  # dito
            "levels": [
                {
                    "level_id": level.id,
                    "name": level.name,
                    "count": len(by_level[level.id]),
                    "amount": float(sum(by_level[level.id])),
                    "automatic": level.automatic,
                }
                for level in levels
            ],
        }
