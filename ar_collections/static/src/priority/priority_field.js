import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatAmount } from "@ar_collections/core/amounts";

/** Reasons shown beside the score; the rest is summed up. */
const SHOWN = 3;

/** Each rule in words, from the data of the debtor. */
const RULES = {
    age: (data) => _t("%s days overdue", data.days_overdue ?? ""),
    amount: (data) => _t("%s to collect", formatAmount(data.net_collectable, data.currency_id?.id)),
};

/**
 * The reasons of a priority in the reader's language, the weightiest first.
 *
 * @param {Object} data values of the debtor
 * @returns {{text: string, points: string}[]}
 */
export function priorityReasons(data) {
    return (data.priority_reason || [])
        .filter(([, points]) => points)
        .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
        .map(([rule, points]) => ({
            text: rule in RULES ? RULES[rule](data) : rule,
            value: points,
            points: points > 0 ? `+${points}` : `\u2212${-points}`,
        }));
}

export class ArPriorityField extends Component {
    static template = "ar_collections.PriorityField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get band() {
        return this.value >= 75 ? "high" : this.value >= 40 ? "middle" : "low";
    }

    get title() {
        const reasons = priorityReasons(this.props.record.data);
        return reasons.map((reason) => `${reason.text} ${reason.points}`).join("\n");
    }
}

export class ArPriorityReasonField extends Component {
    static template = "ar_collections.PriorityReasonField";
    static props = { ...standardFieldProps };

    get reasons() {
        return priorityReasons(this.props.record.data);
    }

    get shown() {
        return this.reasons.slice(0, SHOWN);
    }

    /** Points of the reasons not shown. */
    get more() {
        return this.reasons.slice(SHOWN).reduce((sum, reason) => sum + reason.value, 0);
    }
}

registry.category("fields").add("ar_priority", {
    component: ArPriorityField,
    displayName: _t("Collection priority"),
    supportedTypes: ["integer"],
    fieldDependencies: [{ name: "priority_reason", type: "json" }],
});
registry.category("fields").add("ar_priority_reason", {
    component: ArPriorityReasonField,
    displayName: _t("Reasons of the priority"),
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "days_overdue", type: "integer" },
        { name: "net_collectable", type: "monetary" },
    ],
});
