import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * What the contact rule says, given by `contact_check`: in a row the time there and until or
 * from when; with `message`, in whole sentences.
 */
export class ArLocalTime extends Component {
    static template = "ar_collections.LocalTime";
    static props = {
        check: { type: [Object, Boolean, { value: null }], optional: true },
        message: { type: Boolean, optional: true },
    };

    get icon() {
        const { tone, code } = this.props.check;
        const icons = { allowed: "fa-check", hours: "fa-clock-o", stop: "fa-times" };
        return { holiday: "fa-calendar-o", quiet: "fa-pause" }[code] || icons[tone] || "fa-clock-o";
    }

    get tone() {
        return { allowed: "good", stop: "danger" }[this.props.check.tone] || "warning";
    }

    get text() {
        const { local_time: time, place } = this.props.check;
        return _t("%(time)s in %(place)s", { time, place });
    }
}

export class ArLocalTimeField extends Component {
    static template = "ar_collections.LocalTimeField";
    static components = { ArLocalTime };
    static props = { ...standardFieldProps, message: { type: Boolean, optional: true } };

    get check() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("ar_local_time", {
    component: ArLocalTimeField,
    displayName: _t("Local time of the debtor"),
    supportedTypes: ["json"],
    supportedOptions: [
        { label: _t("Whole sentences"), name: "message", type: "boolean", default: false },
    ],
    extractProps: ({ options }) => ({ message: Boolean(options.message) }),
});
