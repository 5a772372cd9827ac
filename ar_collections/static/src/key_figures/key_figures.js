import { Component } from "@odoo/owl";
import { deserializeDate, toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatAmount } from "@ar_collections/core/amounts";

const { DateTime } = luxon;

/** The figures of a debtor, with what they mean. */
const TILES = [
    {
        figure: "balance",
        label: _t("Exposure"),
        hint: _t("all items less credits"),
        help: _t("All claims, due or not, less unapplied credits: what the ledger says."),
    },
    {
        figure: "total_overdue",
        label: _t("Overdue"),
        hint: _t("due before today"),
        help: _t("Claims whose due date is before today."),
    },
    {
        figure: "collectable",
        label: _t("Collectable"),
        hint: _t("overdue less held"),
        help: _t("The overdue claims less the part that is held."),
    },
    {
        figure: "unapplied_credit",
        label: _t("Unapplied credit"),
        hint: _t("not matched yet"),
        help: _t("Payments and credit notes that are not yet matched with a claim."),
        credit: true,
    },
    {
        figure: "net_collectable",
        label: _t("Net collectable"),
        hint: _t("credits deducted"),
        help: _t(
            "Collectable less the available credits of the same currency, never below zero: what " +
                "priority and notices go by.",
        ),
    },
    {
        figure: "disputed",
        label: _t("Disputed"),
        hint: _t("held, not chased"),
        help: _t("The part of the overdue claims held because of a dispute."),
    },
    {
        figure: "promised",
        label: _t("Promised"),
        hint: _t("held, not chased"),
        help: _t("The part of the overdue claims held because of a promise to pay."),
    },
    {
        figure: "planned",
        label: _t("On plan"),
        hint: _t("held, not chased"),
        help: _t("The part of the overdue claims held because of a payment plan."),
        optional: true,
    },
    {
        figure: "held_other",
        label: _t("Held otherwise"),
        hint: _t("held, not chased"),
        help: _t("The part of the overdue claims held for any other reason."),
        optional: true,
    },
];

const FIGURE = "action_open_figure";

/** Credit, how the debtor pays, what it promised, and what we owe it. */
function habits(figures) {
    const { currency_id: currencyId, last_payment: last, days_late: late } = figures;
    const limit = figures.credit_limit || 0;
    const judged = figures.promises_judged || 0;
    return [
        {
            figure: "credit_used",
            label: _t("Credit used"),
            amount: figures.credit_used,
            text: limit ? _t("%s%", figures.credit_used) : "\u2013",
            hint: limit ? _t("of %s", formatAmount(limit, currencyId)) : _t("no limit set"),
            help: _t("Exposure in percent of the credit limit on the contact."),
            danger: figures.credit_used > 100,
            method: "action_open_partner",
        },
        {
            figure: "days_late",
            label: _t("Average days late"),
            amount: late,
            text: typeof late === "number" ? String(late).replace("-", "\u2212") : "\u2013",
            hint: _t("last 12 months"),
            help: _t(
                "Days between due date and payment of what was paid in the last 12 months, " +
                    "weighted by amount; negative: early.",
            ),
            method: "action_open_payments",
        },
        {
            figure: "last_payment",
            label: _t("Last payment"),
            amount: last?.amount,
            text: last ? formatAmount(last.amount, last.currency_id) : "\u2013",
            hint: last ? ago(deserializeDate(last.date)) : _t("none yet"),
            help: _t("The last money received from this debtor."),
            method: "action_open_payments",
        },
        {
            figure: "promises_kept",
            label: _t("Promises kept"),
            amount: judged,
            text: judged
                ? _t("%(kept)s of %(judged)s", { kept: figures.promises_kept, judged })
                : "\u2013",
            hint: judged ? _t("%s%", Math.round(figures.kept_rate)) : _t("none judged yet"),
            help: _t("Promises kept of those judged in 12 months; partly kept is not kept."),
            method: "action_open_promises",
        },
        {
            figure: "payable",
            label: _t("We owe them"),
            amount: figures.payable,
            text: formatAmount(figures.payable || 0, currencyId),
            hint: _t("as our supplier"),
            help: _t("Open vendor bills of the same company: worth a word before calling."),
            method: "action_open_payables",
        },
        ...(figures.group_exposure
            ? [
                  {
                      figure: "group_exposure",
                      label: _t("Exposure of the group"),
                      amount: figures.group_exposure,
                      text: formatAmount(figures.group_exposure, currencyId),
                      hint: _t("all its debtors"),
                      help: _t("What all debtors of the same group owe, less credits."),
                      method: "action_open_group",
                  },
              ]
            : []),
    ];
}

function ago(date) {
    const days = Math.round(DateTime.now().startOf("day").diff(date, "days").days);
    return _t("%(date)s, %(days)s days ago", { date: toLocaleDateString(date), days });
}

/** Key figures of a debtor, live from the ledger; each opens its items. */
export class ArKeyFiguresField extends Component {
    static template = "ar_collections.KeyFiguresField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get tiles() {
        const figures = this.props.record.data[this.props.name] || {};
        const amounts = TILES.map((tile) => {
            const amount = (figures[tile.figure] || 0) * (tile.credit ? -1 : 1);
            return { ...tile, amount, text: formatAmount(amount, figures.currency_id) };
        });
        return [...amounts.filter((tile) => tile.amount || !tile.optional), ...habits(figures)].map(
            (tile) => ({ ...tile, method: tile.method || FIGURE }),
        );
    }

    async open(tile) {
        const args = tile.method === FIGURE ? [tile.figure] : [];
        const method = tile.figure === "balance" ? "action_open_items" : tile.method;
        const action = await this.orm.call("ar.collection", method, [
            [this.props.record.resId],
            ...(method === FIGURE ? args : []),
        ]);
        return this.action.doAction(action);
    }
}

registry.category("fields").add("ar_key_figures", {
    component: ArKeyFiguresField,
    displayName: _t("Key figures of a debtor"),
    supportedTypes: ["json"],
});
