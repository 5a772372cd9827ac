import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatAmount } from "@ar_collections/core/amounts";
import { ArFiguresTime } from "./figures_time";
import { ArToDo } from "./to_do";
import { ArTonight } from "./tonight";

/** Above the lists of debtors: tonight's run, the colours of the buckets, the time of the figures. */
export class ArStrip extends Component {
    static template = "ar_collections.Strip";
    static components = { ArFiguresTime, ArToDo, ArTonight };
    static props = {
        list: { type: Object },
        legend: { type: Boolean, optional: true },
    };

    get showTonight() {
        return Boolean(this.props.list.context.ar_collections_tonight);
    }

    /** What is overdue in all columns of a board, where it is in one currency. */
    get total() {
        const { groups, isGrouped } = this.props.list;
        const aggregates = isGrouped ? groups.map((group) => group.aggregates) : [];
        const currencies = new Set(aggregates.flatMap((row) => row.currency_id || []));
        if (!this.props.legend || currencies.size !== 1) {
            return "";
        }
        const sum = aggregates.reduce((total, row) => total + (row.total_overdue || 0), 0);
        return _t("Overdue in all %s", formatAmount(sum, [...currencies][0]));
    }

    get buckets() {
        return this.props.list.fields.oldest_bucket.selection;
    }
}
