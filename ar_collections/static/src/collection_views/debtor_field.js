import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatMany2one } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The debtor of a row, with city and country below. */
export class ArDebtorField extends Component {
    static template = "ar_collections.DebtorField";
    static props = { ...standardFieldProps };

    get debtor() {
        return formatMany2one(this.props.record.data[this.props.name]);
    }

    get place() {
        return this.props.record.data.place;
    }
}

registry.category("fields").add("ar_debtor", {
    component: ArDebtorField,
    displayName: _t("Debtor"),
    supportedTypes: ["many2one"],
    fieldDependencies: [{ name: "place", type: "char" }],
});
