import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatMany2one } from "@web/views/fields/formatters";
import { ArLocalTime } from "@ar_collections/local_time/local_time_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * The debtor of a row; below it city and country, or, where the list has `contact_check`, the
 * time there and whether a call is allowed.
 */
export class ArDebtorField extends Component {
    static template = "ar_collections.DebtorField";
    static components = { ArLocalTime };
    static props = { ...standardFieldProps };

    get debtor() {
        return formatMany2one(this.props.record.data[this.props.name]);
    }

    get check() {
        return this.props.record.data.contact_check;
    }

    /** What to know of a debtor before anything is done: an icon each. */
    get flags() {
        const { data } = this.props.record;
        return [
            { icon: "fa-thumb-tack", label: _t("Pinned"), shown: data.pinned },
            { icon: "fa-envelope-o", label: _t("Reply received"), shown: data.reply_received_at },
            { icon: "fa-heart-o", label: _t("In hardship"), shown: data.hardship },
        ].filter((flag) => flag.shown);
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
