import { Component, useState } from "@odoo/owl";
import { parseDate, toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatAmount } from "@ar_collections/core/amounts";

/** The open items of the debtor, to tick those that were talked about. */
export class ArCallItemsField extends Component {
    static template = "ar_collections.CallItemsField";
    static props = { ...standardFieldProps };

    setup() {
        this.formatAmount = formatAmount;
        this.state = useState({ busy: false });
    }

    get list() {
        return this.props.record.data[this.props.name];
    }

    get items() {
        return this.props.record.data.item_rows || { rows: [], more: 0 };
    }

    get notDue() {
        return this.items.rows.filter((row) => row.days <= 0).length;
    }

    isTicked(row) {
        return this.list.currentIds.includes(row.id);
    }

    due(row) {
        return row.due ? toLocaleDateString(parseDate(row.due, { format: "yyyy-MM-dd" })) : "";
    }

    remark(row) {
        return row.held
            ? _t("%(reason)s %(amount)s", {
                  reason: row.reason || _t("Held"),
                  amount: formatAmount(row.held, row.currency_id),
              })
            : "";
    }

    tone(row) {
        return { disputed: "disputed", promised: "promised", planned: "info" }[row.kind] || "calm";
    }

    async toggle(row) {
        if (this.props.readonly || this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            await this.list.addAndRemove(
                this.isTicked(row) ? { remove: [row.id] } : { add: [row.id] },
            );
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("fields").add("ar_call_items", {
    component: ArCallItemsField,
    displayName: _t("Items talked about"),
    supportedTypes: ["many2many"],
    isEmpty: () => false,
    fieldDependencies: [{ name: "item_rows", type: "json" }],
});
