import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { MonetaryField, monetaryField } from "@web/views/fields/monetary/monetary_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatAmount } from "@ar_collections/core/amounts";
import { heldParts } from "@ar_collections/core/figures";

function currencyOf(record, fieldName) {
    const name = record.fields[fieldName].currency_field || "currency_id";
    return record.data[name]?.id;
}

/** An amount of a table: zero is a dash, a credit is green. */
export class ArAmountField extends Component {
    static template = "ar_collections.AmountField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        const { record, name } = this.props;
        return this.value ? formatAmount(this.value, currencyOf(record, name)) : "\u2013";
    }
}

/** The held parts of a debtor: the largest as a pill, the others beside it in the tooltip. */
export class ArHeldField extends Component {
    static template = "ar_collections.HeldField";
    static props = { ...standardFieldProps };

    get parts() {
        const { record, name } = this.props;
        const currency = currencyOf(record, name);
        return heldParts(record.data).map((part) => ({
            ...part,
            text: formatAmount(part.amount, currency),
        }));
    }

    get title() {
        return this.parts.map((part) => `${part.label}: ${part.text}`).join("\n");
    }
}

/** An amount to type in; nothing typed means all of it, and is shown so. */
export class ArWholeAmountField extends MonetaryField {
    static props = { ...MonetaryField.props, placeholder: { type: String, optional: true } };

    get formattedValue() {
        if (this.value) {
            return super.formattedValue;
        }
        return this.props.readonly ? _t("All of it") : "";
    }
}

const KINDS = {
    disputed: ["disputed", "fa-flag-o"],
    promised: ["promised", "fa-calendar-check-o"],
    planned: ["info", "fa-tasks"],
    placed: ["disputed", "fa-external-link"],
};

/** The held part of an open item and why; unapplied credits are named as such. */
export class ArItemHeldField extends Component {
    static template = "ar_collections.ItemHeldField";
    static props = { ...standardFieldProps };

    get held() {
        const { record, name } = this.props;
        const amount = record.data[name];
        const [tone, icon] = KINDS[record.data.ar_held_kind] || ["calm", "fa-pause"];
        return { amount, tone, icon, text: formatAmount(amount, currencyOf(record, name)) };
    }

    get isCredit() {
        return this.props.record.data.amount_residual < 0;
    }
}

registry.category("fields").add("ar_amount", {
    component: ArAmountField,
    displayName: _t("Amount of a table"),
    supportedTypes: ["monetary"],
});
registry.category("fields").add("ar_held", {
    component: ArHeldField,
    displayName: _t("Held parts of a debtor"),
    supportedTypes: ["monetary"],
    fieldDependencies: ["disputed", "promised", "planned", "held_other"].map((name) => ({
        name,
        type: "monetary",
    })),
});
registry.category("fields").add("ar_whole_amount", {
    ...monetaryField,
    component: ArWholeAmountField,
    displayName: _t("Amount, empty for all of it"),
    extractProps: (fieldInfo, dynamicInfo) => ({
        placeholder: _t("All of it"),
        ...monetaryField.extractProps(fieldInfo, dynamicInfo),
    }),
});
registry.category("fields").add("ar_item_held", {
    component: ArItemHeldField,
    displayName: _t("Held part of an item"),
    supportedTypes: ["monetary"],
    fieldDependencies: [
        { name: "ar_held_kind", type: "char" },
        { name: "ar_held_reason", type: "char" },
        { name: "amount_residual", type: "monetary" },
    ],
});
