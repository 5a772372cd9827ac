"""What collecting has left on the items: holds on 2 % of them, levels on some."""

from odoo.tools import SQL

from plan import hashed


def place_holds(env) -> None:
    """Holds on items and on whole debtors, and follow-up levels, by bulk SQL."""
    today = env.company._ar_today()
    kinds = ["disputed", "promised", "planned", "other", "withheld", "placed", "exclusion"]
    env.cr.execute(
        SQL(
            """
            INSERT INTO ar_collection_hold (collection_id, company_id, scope, line_id, item_name,
                   item_due_date, currency_id, amount, kind, date_from, date_to, date_ended,
                   user_id, baseline, create_uid, write_uid, create_date, write_date)
            SELECT account.id, account.company_id, 'item', line.id, line.move_name,
                   line.date_maturity, line.currency_id,
                   CASE WHEN line.chance %% 2 = 0
                        THEN round(line.amount_residual_currency / 2, 2) END,
                   (%(kinds)s)[1 + line.chance %% 7], %(today)s - 10, %(today)s + 14,
                   CASE WHEN line.chance %% 10 = 0 THEN %(today)s - 1 END,
                   %(uid)s, part.last, %(uid)s, %(uid)s, now(), now()
              FROM (SELECT *, %(chance)s AS chance FROM account_move_line
                     WHERE parent_state = 'posted' AND reconciled IS NOT TRUE
                       AND amount_residual > 0 AND display_type = 'payment_term') line
              JOIN res_partner partner ON partner.id = line.partner_id
              JOIN ar_collection account ON account.partner_id = partner.commercial_partner_id
             CROSS JOIN (SELECT coalesce(max(id), 0) AS last FROM account_partial_reconcile) part
             WHERE line.chance < 200
            """,
            kinds=kinds,
            today=today,
            uid=env.uid,
            chance=hashed("id", 7, 10000),
        )
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO ar_collection_hold (collection_id, company_id, scope, kind, date_from,
                   date_to, user_id, create_uid, write_uid, create_date, write_date)
            SELECT id, company_id, 'debtor', 'other', %(today)s, %(today)s + 30,
                   %(uid)s, %(uid)s, %(uid)s, now(), now()
              FROM ar_collection WHERE %(chance)s < 5
            """,
            today=today,
            uid=env.uid,
            chance=hashed("id", 8, 1000),
        )
    )
    _reach_levels(env, today)
    env.invalidate_all()
    env.cr.commit()


def _reach_levels(env, today) -> None:
    """Every fourth item overdue for more than 20 days has had a notice or two."""
    levels = env["ar.collection.level"].search([("delay", ">", 0)], order="delay", limit=2)
    env.cr.execute(
        SQL(
            """
            UPDATE account_move_line line
               SET ar_level_id = (%(levels)s)[1 + (%(today)s - line.date_maturity > 60)::int],
                   ar_level_date = line.date_maturity + 8
             WHERE parent_state = 'posted' AND reconciled IS NOT TRUE AND amount_residual > 0
               AND display_type = 'payment_term' AND date_maturity < %(today)s - 20
               AND %(chance)s = 0
            """,
            levels=levels.ids,
            today=today,
            chance=hashed("id", 9, 4),
        )
    )
