import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatAmount } from "@ar_collections/core/amounts";

/** What a notice asks for, per currency. */
export class ArTotalsField extends Component {
    static template = "ar_collections.TotalsField";
    static props = { ...standardFieldProps };

    get rows() {
        return (this.props.record.data[this.props.name] || []).map((row) => ({
            currencyId: row.currency_id,
            claimed: formatAmount(row.claimed, row.currency_id),
            credit: row.credit ? formatAmount(-row.credit, row.currency_id) : "\u2013",
            toPay: formatAmount(row.to_pay, row.currency_id),
            reference: row.reference,
        }));
    }
}

registry.category("fields").add("ar_totals", {
    component: ArTotalsField,
    displayName: _t("Totals of a notice"),
    supportedTypes: ["json"],
});
