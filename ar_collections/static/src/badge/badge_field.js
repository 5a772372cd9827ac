import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatMany2one, formatSelection } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A value as a coloured pill. The tone comes from another field (`tone_field`) or from the
 * value itself (`tones`); without one it is calm.
 */
export class ArBadgeField extends Component {
    static template = "ar_collections.BadgeField";
    static props = {
        ...standardFieldProps,
        toneField: { type: String, optional: true },
        tones: { type: Object, optional: true },
    };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        const field = this.props.record.fields[this.props.name];
        if (field.type === "selection") {
            return formatSelection(this.value, { field });
        }
        return field.type === "many2one" ? formatMany2one(this.value) : this.value;
    }

    get tone() {
        const { record, toneField, tones } = this.props;
        return (toneField ? record.data[toneField] : tones?.[this.value]) || "calm";
    }
}

export const arBadgeField = {
    component: ArBadgeField,
    displayName: _t("Coloured pill"),
    supportedTypes: ["char", "selection", "many2one"],
    extractProps: ({ options }) => ({ toneField: options.tone_field, tones: options.tones }),
};

registry.category("fields").add("ar_badge", arBadgeField);
