import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatAmount } from "@ar_collections/core/amounts";

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
    },
    {
        figure: "held_other",
        label: _t("Held otherwise"),
        hint: _t("held, not chased"),
        help: _t("The part of the overdue claims held for any other reason."),
    },
    {
        figure: "held",
        label: _t("Held in all"),
        hint: _t("of the overdue claims"),
        help: _t("The part of the overdue claims that is not chased now."),
    },
];

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
        return TILES.map((tile) => {
            const amount = (figures[tile.figure] || 0) * (tile.credit ? -1 : 1);
            return { ...tile, amount, text: formatAmount(amount, figures.currency_id) };
        });
    }

    async open(figure) {
        const ids = [this.props.record.resId];
        const action =
            figure === "balance"
                ? await this.orm.call("ar.collection", "action_open_items", [ids])
                : await this.orm.call("ar.collection", "action_open_figure", [ids, figure]);
        return this.action.doAction(action);
    }
}

registry.category("fields").add("ar_key_figures", {
    component: ArKeyFiguresField,
    displayName: _t("Key figures of a debtor"),
    supportedTypes: ["json"],
});
