from odoo import api, models

#: What is posted when it is granted: the limit is not enough, accounting rights are needed too.
POSTING_KINDS = frozenset({"write_off", "credit", "refund", "transfer"})
#: Who may post entries, so core says.
ACCOUNTING = "account.group_account_invoice"
NO_ACCOUNTING = "no_accounting"


class ArCollectionApproval(models.Model):
    """Approvals that give money up need the accounting group and the limit.

    A limit somebody has set lets its holder do so without asking. Whoever has none, a manager
    without limit, asks a second one, where there is one.
    """

    _inherit = "ar.collection.approval"

    def _choose_rights(self):
        result = super()._choose_rights()
        if not self.env.user.has_group(ACCOUNTING):
            for request, (right, _reason) in result.items():
                if right and request.kind in POSTING_KINDS:
                    result[request] = (None, NO_ACCOUNTING)
        return result

    @api.model
    def _covers_directly(self, kind, vals_list):
        if kind in POSTING_KINDS and (
            self.env.user._is_superuser() or not self.env.user.has_group(ACCOUNTING)
        ):
            return False  # no job gives money up by itself
        return super()._covers_directly(kind, vals_list)

    @api.model
    def _direct_rights(self, kind, company):
        rights = super()._direct_rights(kind, company)
        if kind in POSTING_KINDS and self._four_eyes(company):
            return [right for right in rights if right.limit is not None]
        return rights

    @api.model
    def _able(self, users, kind):
        users = super()._able(users, kind)
        if kind in POSTING_KINDS:
            return users.filtered(lambda user: user.has_group(ACCOUNTING))
        return users

    def _explain(self, reason):
        if reason == NO_ACCOUNTING:
            return self.env._(
                "approving it posts an entry, and you have no rights in accounting for that. "
                "Please ask %(names)s.",
                names=self._who_may(),
            )
        return super()._explain(reason)
