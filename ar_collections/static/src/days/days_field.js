import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;

/**
 * Days overdue in the colour of their ageing bucket; "in 11 d" before the due date.
 */
export class ArDaysField extends Component {
    static template = "ar_collections.DaysField";
    static props = {
        ...standardFieldProps,
        bucketField: { type: String },
        dueField: { type: String, optional: true },
        amountField: { type: String, optional: true },
    };

    get days() {
        return this.props.record.data[this.props.name];
    }

    get bucket() {
        return this.props.record.data[this.props.bucketField] || "0";
    }

    get title() {
        return _t("%s days overdue", this.days);
    }

    /** What is said of an item that is not overdue. */
    get text() {
        const { record, dueField, amountField } = this.props;
        const due = dueField && record.data[dueField];
        if (!due || (amountField && record.data[amountField] < 0)) {
            return "\u2013";
        }
        const days = Math.round(
            due.startOf("day").diff(DateTime.now().startOf("day"), "days").days,
        );
        return days > 0 ? _t("in %s d", days) : _t("today");
    }
}

export const arDaysField = {
    component: ArDaysField,
    displayName: _t("Days overdue"),
    supportedTypes: ["integer"],
    extractProps: ({ options }) => ({
        bucketField: options.bucket_field,
        dueField: options.due_field,
        amountField: options.amount_field,
    }),
};

registry.category("fields").add("ar_days", arDaysField);
