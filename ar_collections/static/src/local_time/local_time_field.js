import { Component, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
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

const { DateTime } = luxon;
const COLLECTOR = "ar_collections.group_ar_collection_user";

export class ArLocalTimeField extends Component {
    static template = "ar_collections.LocalTimeField";
    static components = { ArLocalTime };
    static props = {
        ...standardFieldProps,
        message: { type: Boolean, optional: true },
        override: { type: Boolean, optional: true },
        remind: { type: Boolean, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.may = useState({ act: false });
        if (this.props.remind || this.props.override) {
            user.hasGroup(COLLECTOR).then((act) => (this.may.act = act));
        }
    }

    get check() {
        return this.props.record.data[this.props.name];
    }

    get accountId() {
        const { data, resId, resModel } = this.props.record;
        return resModel === "ar.collection" ? resId : data.collection_id?.id;
    }

    /** Refused to somebody who could do something about it. */
    get isRefused() {
        return this.may.act && Boolean(this.check) && !this.check.allowed;
    }

    /** When it is allowed again, on the clock of the user; null: not by itself, or not wanted. */
    get again() {
        const at = this.props.remind && this.isRefused && this.check.allowed_at;
        return at ? deserializeDateTime(at) : null;
    }

    get againText() {
        const format = this.again.hasSame(DateTime.now(), "day")
            ? DateTime.TIME_SIMPLE
            : {
                  weekday: "short",
                  day: "numeric",
                  month: "short",
                  hour: "2-digit",
                  minute: "2-digit",
              };
        return _t("Remind me at %s", this.again.toLocaleString(format));
    }

    /** The debtor comes back on the worklist then; the form is closed. */
    async remind() {
        const at = this.check.allowed_at;
        await this.orm.call("ar.collection", "action_remind", [[this.accountId], at]);
        this.notification.add(_t("The debtor comes back on your list then."), { type: "success" });
        if (this.props.record.resModel === "ar.collection") {
            return this.props.record.load();
        }
        return this.action.doAction({ type: "ir.actions.act_window_close" });
    }

    /** A manager allows it, a collector asks for it. */
    async override() {
        const { channel } = this.props.record.data;
        const action = await this.orm.call("ar.collection", "action_contact_override", [
            [this.accountId],
            channel || "phone",
        ]);
        return this.action.doAction(action);
    }
}

registry.category("fields").add("ar_local_time", {
    component: ArLocalTimeField,
    displayName: _t("Local time of the debtor"),
    supportedTypes: ["json"],
    supportedOptions: [
        { label: _t("Whole sentences"), name: "message", type: "boolean", default: false },
        { label: _t("Remind me"), name: "remind", type: "boolean", default: false },
        { label: _t("Override"), name: "override", type: "boolean", default: false },
    ],
    extractProps: ({ options }) => ({
        message: Boolean(options.message),
        override: Boolean(options.override),
        remind: Boolean(options.remind),
    }),
});
