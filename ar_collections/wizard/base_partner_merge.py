from odoo import api, models

#: Kinds of stage that win always, the gravest first.
GRAVE = ("legal", "agency", "escalated")
#: What a person said of the account: the winner's own stays, else the loser's is taken over.
OWN = (
    ("user_id", "keep_collector"),
    ("own_policy_id",),
    ("next_action", "next_action_date"),
    ("attorney_id",),
    ("contact_since",),
    ("preferred_channel",),
    ("preferred_lang",),
    ("contact_tz",),
)
#: What one of them asked for, or what happened to one, counts for both.
WISHES = ("do_not_contact", "written_only", "deceased", "insolvent", "legal_stop")
#: Dates of which the later counts.
DATES = ("last_payment_date", "last_contact_date", "last_notice_date")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """When two debtors become one, so do their collection accounts, with all their history."""

    _name = "base.partner.merge.automatic.wizard"
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Fold the losers' accounts into the winner's before core re-points foreign keys.

        Core would collide with the unique key of the accounts. It moves journal items by SQL,
        past every hook, so all debtors concerned are queued here.
        """
        concerned = (src_partners | dst_partner).commercial_partner_id | dst_partner
        debtor = self._ar_debtor_after(src_partners, dst_partner)
        # sudo: the accounts of all companies, whoever merges the contacts
        accounts = (
            self.env["ar.collection"]
            .sudo()
            .search([("partner_id", "in", (src_partners | debtor).ids)])
        )
        for group in accounts.grouped("company_id").values():
            self._ar_merge_accounts(group, debtor)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        partner_ids = (concerned - src_partners).ids
        self.env["ar.collection.queue"]._add(partner_ids, partner_ids)
        return result

    @api.model
    def _ar_debtor_after(self, src_partners, dst_partner):
        """The commercial partner of ``dst_partner`` once the merge has filled its values."""
        is_company = any((src_partners | dst_partner).mapped("is_company"))
        if is_company or not dst_partner.parent_id:
            return dst_partner
        return dst_partner.commercial_partner_id

    @api.model
    def _ar_merge_accounts(self, accounts, debtor):
        """Make one account of those of one company, and give it to the debtor."""
        winner = accounts.filtered(lambda account: account.partner_id == debtor) or accounts[:1]
        losers = accounts - winner
        names = losers.mapped("display_name")
        if losers:
            winner.write(self._ar_merged_vals(winner, losers))
            self._ar_merge_followers(winner, losers)
            self._update_foreign_keys_generic("ar.collection", losers, winner)
            self._update_reference_fields_generic("ar.collection", losers, winner)
            losers.unlink()
            winner._recount_calls()  # the calls of both are its own now
            self.env["ar.collection"]._update_promise_facts(winner)
            self.env["ar.collection"]._update_plan_facts(winner)
        if winner.partner_id != debtor:
            names.append(winner.display_name)
            winner.partner_id = debtor
        # sudo: decisions name the debtor of their account
        decisions = self.env["ar.collection.decision"].sudo()
        decisions.search(
            [("collection_id", "=", winner.id), ("partner_id", "!=", debtor.id)]
        ).partner_id = debtor
        if names:
            text = self.env._(
                "Merged with the collection account of %(names)s: its holds, notices, "
                "activities and messages are here now.",
                names=", ".join(names),
            )
            winner.message_post(body=text)
            self.env["ar.collection.audit"]._log(winner, "merge", text)

    @api.model
    def _ar_merged_vals(self, winner, losers):
        vals = {}
        for names in OWN:
            if not any(winner[name] for name in names):
                source = losers.filtered(lambda loser, names=names: any(loser[n] for n in names))
                vals |= {name: source[:1][name] for name in names if source}
        vals = winner._convert_to_write(vals)
        vals |= {name: any((winner | losers).mapped(name)) for name in WISHES}
        for name in DATES:
            vals[name] = max(filter(None, (winner | losers).mapped(name)), default=False)
        vals["broken_promises"] = sum((winner | losers).mapped("broken_promises"))
        notes = dict.fromkeys(filter(None, (winner | losers).mapped("note")))
        vals["note"] = "\n".join(notes) or False
        grave = losers.filtered(lambda loser: loser.fact_kind in GRAVE)
        if grave and winner.fact_kind not in GRAVE:
            gravest = grave.sorted(lambda loser: GRAVE.index(loser.fact_kind))[0]
            vals |= {"fact_kind": gravest.fact_kind, "stage_id": gravest.stage_id.id}
        return vals

    @api.model
    def _ar_merge_followers(self, winner, losers):
        """One by one: core gives up all followers of a loser when one follows both."""
        following = winner.message_partner_ids
        for follower in losers.message_follower_ids:
            if follower.partner_id in following:
                follower.unlink()
            else:
                following |= follower.partner_id
                follower.res_id = winner.id
