from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import contact, prepared
from . import repeated


class ArCollection(models.Model):
    """Which debtors are not to be contacted whatever the hour, for a run over all of them."""

    _inherit = "ar.collection"

    @api.model
    def _contact_stopped(self, account_ids, channels):
        """The channels forbidden at any hour: dict id of the account -> set of channels.

        By what the debtor asked for, and by rules that forbid a channel. Overrides of
        managers count. Not whether there is an address.
        """
        channels = set(channels)
        if not account_ids or not channels:
            return {}
        result = {}
        rows = repeated.remember(  # the hours ask, then the decision
            self.env,
            ("stops", *account_ids),
            lambda: self._contact_stop_rows(account_ids),
            of_notice=True,
        )
        for row in rows:
            stops = {name for name in contact.STOPS if row.get(name)}
            stops |= {"attorney"} if row["attorney_id"] else set()
            debtor = contact.Debtor(stops)
            rule = contact.Rule()
            result[row["id"]] = {
                name
                for name in channels - {row["override"]}
                if contact.stop(debtor, rule, name) in contact.STOPS
            }
        for account_id, names in self._contact_forbidden(account_ids, channels).items():
            result.setdefault(account_id, set()).update(names)
        return result

    @api.model
    def _contact_stop_rows(self, account_ids):
        repeated.flush(self.env, [self._name])
        return repeated.execute(
            self.env,
            SQL(
                """
                SELECT id, do_not_contact, written_only, deceased, insolvent, legal_stop,
                       attorney_id,
                       CASE WHEN contact_override_until > now() AT TIME ZONE 'UTC'
                            THEN contact_override_channel END AS override
                  FROM ar_collection
                 WHERE id = ANY(%s::int[])
                   AND (do_not_contact OR written_only OR deceased OR insolvent OR legal_stop
                        OR attorney_id IS NOT NULL)
                """,
                prepared.array(account_ids),
            ),
        )

    @api.model
    def _contact_forbidden(self, account_ids, channels):
        """The channels that the rule of each debtor forbids; asked only where a rule does."""
        # sudo: which rule binds whom is no secret
        rules = self.env["ar.collection.contact.rule"].sudo().with_context(active_test=False)
        known = channels & (contact.LIVE | contact.WRITTEN)
        every = repeated.remember(self.env, "contact_rules", lambda: rules.search(Domain.TRUE))
        strict = every.filtered(lambda rule: not all(rule[f"allow_{name}"] for name in known))
        if not strict:
            return {}
        accounts = self.sudo().browse(account_ids)  # the run decides about all of them
        chosen = rules.with_context(active_test=True)._choose(accounts._contact_rows())
        return {
            account_id: {name for name in known if not rule[f"allow_{name}"]}
            for account_id, rule in chosen.items()
            if rule in strict
        }
