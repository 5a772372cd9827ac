from collections import defaultdict
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import approval


class ArCollectionApproval(models.Model):
    """Who may answer a request: limits per debtor over 12 months, deputies, four eyes."""

    _inherit = "ar.collection.approval"

    def _choose_rights(self):
        """The right under which the current user may approve each of these requests.

        Requests on the same debtor count together, in their order: slices approved in one
        go do not slip through either.

        :return: dict request -> (``tools.approval.Right`` or None, reason why not).
        """
        user = self.env.user
        used = self._used(self.collection_id)
        rights, four_eyes, result = {}, {}, {}
        for request in self.sorted("id"):
            company, kind = request.company_id, request.kind
            if (company, kind) not in rights:
                limits = self.env["ar.collection.approval.limit"]
                rights[company, kind] = limits._rights(user, kind, company)
            if company not in four_eyes:
                four_eyes[company] = self._four_eyes(company)
            key = (request.collection_id, kind)
            amount = Decimal(str(request.amount))
            right, reason = approval.choose(
                user.id,
                request.user_id.id,
                rights[company, kind],
                used[key] + amount,
                four_eyes[company],
            )
            if right:
                used[key] += amount
            result[request] = (right, reason)
        return result

    @api.model
    def _covers_directly(self, kind, vals_list):
        """Whether the current user may do all this without asking anybody: the own limits, or
        lent ones, cover it.

        :param vals_list: dicts with ``collection_id`` and ``amount``.
        """
        accounts = self.env["ar.collection"].browse(vals["collection_id"] for vals in vals_list)
        used = self._used(accounts)
        self._take_turns(accounts)
        for vals, account in zip(vals_list, accounts, strict=True):
            used[account, kind] += Decimal(str(vals["amount"]))
            rights = self._direct_rights(kind, account.company_id)
            right, _reason = approval.choose(
                self.env.uid, None, rights, used[account, kind], four_eyes=False
            )
            if not right:
                return False
        return True

    @api.model
    def _direct_rights(self, kind, company):
        """Hook: the rights under which the current user does things without asking."""
        return self.env["ar.collection.approval.limit"]._rights(self.env.user, kind, company)

    @api.model
    def _able(self, users, kind):
        """Hook: those of these managers who can do what an approval of the kind needs."""
        return users

    @api.model
    def _take_turns(self, accounts):
        """Let whoever approves something of one of these debtors at this moment wait, then
        start anew: the limit counts what both approve.

        Written, not only locked: the one who waits sees the database as it was before, and
        only a row that has changed makes the program start anew.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE ar_collection SET approved_at = now() AT TIME ZONE 'UTC' WHERE id IN"
                " (SELECT id FROM ar_collection WHERE id = ANY(%s) ORDER BY id FOR UPDATE)",
                accounts.ids,
            )
        )
        accounts.invalidate_recordset(["approved_at"], flush=False)

    @api.model
    def _used(self, accounts):
        """What was approved lately: dict (debtor, kind) -> Decimal, zero where nothing was."""
        since = fields.Datetime.now() - relativedelta(months=approval.MONTHS)
        # sudo: what others approved counts, also where the reader may not see it
        rows = self.sudo()._read_group(
            [
                ("collection_id", "in", accounts.ids),
                ("state", "=", "approved"),
                ("date_answered", ">=", since),
            ],
            ["collection_id", "kind"],
            ["amount:sum"],
        )
        used = defaultdict(Decimal)
        for account, kind, amount in rows:
            used[account, kind] = Decimal(str(round(amount, 6)))
        return used

    @api.model
    def _managers(self, company):
        """Those who hold the manager group and work in the company or one of its branches."""
        group = self.env.ref("ar_collections.group_ar_collection_manager")
        # sudo: whether there is a second manager, and who, is no secret
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", group.ids),
                    ("company_ids", "child_of", company.id),
                    ("share", "=", False),
                ]
            )
        )

    @api.model
    def _four_eyes(self, company):
        """Whether nobody may approve what he asked for: there are two managers at least."""
        return len(self._managers(company)) >= 2

    def _check_rights(self):
        """Refuse, naming up to three requests, unless the current user may approve all."""
        self._take_turns(self.collection_id)
        rights = self._choose_rights()
        refused = [(request, reason) for request, (right, reason) in rights.items() if not right]
        if refused:
            lines = [f"{request.name}: {request._explain(reason)}" for request, reason in refused]
            if len(lines) > 3:
                lines[3:] = [self.env._("and %(count)s more", count=len(lines) - 3)]
            raise UserError("\n".join(lines))
        return {request: right for request, (right, _reason) in rights.items()}

    def _by_right(self, rights):
        """The requests grouped by the right they are approved under."""
        groups = defaultdict(self.browse)
        for request in self:
            groups[rights[request]] |= request
        return groups

    def _check_may_refuse(self):
        """Who could approve up to whatever limit may refuse; a limit does not bind a no."""
        for request, (right, reason) in self._choose_rights().items():
            if not right and reason == approval.NO_RIGHT:
                raise UserError(
                    self.env._(
                        "%(request)s: %(reason)s",
                        request=request.name,
                        reason=request._explain(reason),
                    )
                )

    def _explain(self, reason):
        """Why the current user may not approve, and what to do, a sentence."""
        if reason == approval.OWN_REQUEST:
            return self.env._(
                "nobody approves an own request. Please ask %(names)s.", names=self._who_may()
            )
        if reason == approval.OVER_LIMIT:
            used = self._used(self.collection_id)[self.collection_id, self.kind]
            return self.env._(
                "%(amount)s is over your limit, with %(used)s approved for this debtor in the last "
                "12 months. Please ask %(names)s.",
                amount=self.currency_id.format(self.amount),
                used=self.currency_id.format(float(used)),
                names=self._who_may(),
            )
        return self.env._("you may not approve this. Please ask %(names)s.", names=self._who_may())

    def _who_may(self):
        """Names of up to three managers whose limit suffices."""
        others = self._able(self._managers(self.company_id), self.kind) - self.env.user
        four_eyes = self._four_eyes(self.company_id)
        total = self._used(self.collection_id)[self.collection_id, self.kind] + Decimal(
            str(self.amount)
        )
        limits = self.env["ar.collection.approval.limit"]
        names = []
        for user in others:
            rights = limits._rights(user, self.kind, self.company_id)
            if approval.choose(user.id, self.user_id.id, rights, total, four_eyes)[0]:
                names.append(user.name)
        return ", ".join(names[:3]) or self.env._(
            "an administrator to raise the limits under Configuration, Approval limits"
        )


class ArCollection(models.Model):
    _inherit = "ar.collection"

    approved_at = fields.Datetime(
        string="Last approval", readonly=True, copy=False, help="Of anything for this debtor."
    )

    def _kept_fields(self):
        return super()._kept_fields() | {"approved_at"}
