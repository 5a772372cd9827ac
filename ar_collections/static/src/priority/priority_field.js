import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Reasons shown beside the score; the rest is summed up. */
const SHOWN = 3;

/**
 * The reasons of a priority in the reader's language, the weightiest first.
 *
 * @param {Object} data values of the debtor
 * @returns {{text: string, value: number, points: string}[]}
 */
export function priorityReasons(data) {
    return (data.priority_why || []).map(([text, points]) => ({
        text,
        value: points,
        points: signed(points),
    }));
}

/** +12, or the points with a true minus sign. */
function signed(points) {
    return points > 0 ? `+${points}` : `\u2212${-points}`;
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

    get rest() {
        return this.reasons.slice(SHOWN);
    }

    /** Points of the reasons not shown: with those shown they make the score. */
    get more() {
        return signed(this.rest.reduce((sum, reason) => sum + reason.value, 0));
    }

    get restTitle() {
        return this.rest.map((reason) => `${reason.text} ${reason.points}`).join("\n");
    }
}

registry.category("fields").add("ar_priority", {
    component: ArPriorityField,
    displayName: _t("Collection priority"),
    supportedTypes: ["integer"],
    fieldDependencies: [{ name: "priority_why", type: "json" }],
});
registry.category("fields").add("ar_priority_reason", {
    component: ArPriorityReasonField,
    displayName: _t("Reasons of the priority"),
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "priority_why", type: "json" }],
});
