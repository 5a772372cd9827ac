import { Component, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { inUseByOther } from "./worklist_hook";

const { DateTime } = luxon;

/** One click for what is done most with a debtor; while a colleague works on it, who does. */
export class ArQuickActions extends Component {
    static template = "ar_collections.QuickActions";
    static props = { ...standardWidgetProps };

    setup() {
        this.worklist = this.env.arWorklist;
        this.shared = useState(this.worklist?.state || {});
    }

    /** On a phone only the current card has its buttons. */
    get shown() {
        const isCurrent = this.shared.currentId === this.props.record.resId;
        return Boolean(this.worklist) && (!this.env.isSmall || isCurrent);
    }

    get mayAct() {
        return this.shared.mayAct;
    }

    get inUse() {
        const { record } = this.props;
        if (!inUseByOther(record)) {
            return "";
        }
        const { in_use_by, in_use_until } = record.data;
        return _t("%(name)s until %(time)s", {
            name: in_use_by.display_name.split(" ")[0],
            time: in_use_until.toLocaleString(DateTime.TIME_SIMPLE),
        });
    }

    get check() {
        return this.props.record.data.contact_check;
    }

    get mayCall() {
        return !this.check || this.check.allowed;
    }

    get callTitle() {
        return this.mayCall ? _t("Call (C)") : this.check.reason;
    }

    act(method) {
        return this.worklist.act(this.props.record, method);
    }

    open() {
        this.worklist.setCurrent(this.props.record);
        return this.worklist.open(this.props.record);
    }
}

registry.category("view_widgets").add("ar_quick_actions", {
    component: ArQuickActions,
    listViewWidth: 200,
    fieldDependencies: [
        { name: "in_use_by", type: "many2one", relation: "res.users" },
        { name: "in_use_until", type: "datetime" },
        { name: "contact_check", type: "json" },
    ],
});

/** What is to be done next, and when. */
export class ArNextStep extends Component {
    static template = "ar_collections.NextStep";
    static props = { "*": true };

    get data() {
        return this.props.record.data;
    }

    get callback() {
        const { callback_at, worklist_group } = this.data;
        return callback_at && worklist_group !== "snoozed" ? callback_at : null;
    }

    get text() {
        const { next_action, worklist_group } = this.data;
        if (this.callback) {
            const time = this.callback.toLocaleString(DateTime.TIME_SIMPLE);
            return this.isToday
                ? _t("Call back %s", time)
                : _t("Call back %(day)s %(time)s", { day: day(this.callback), time });
        }
        return next_action || (["broken", "priority"].includes(worklist_group) ? _t("Call") : "");
    }

    get isToday() {
        return this.callback.hasSame(DateTime.now(), "day");
    }

    get minutes() {
        return this.callback ? Math.round(this.callback.diffNow("minutes").minutes) : null;
    }

    get late() {
        return this.minutes !== null && this.minutes < 5;
    }

    get hint() {
        const { worklist_group: group, next_action_date, snoozed_until, contact_check } = this.data;
        if (this.callback) {
            return this.isToday ? this.callback.toRelative() : "";
        }
        if (group === "snoozed") {
            const back = snoozed_until || next_action_date;
            return back ? _t("back on %s", day(back)) : _t("quiet after the last contact");
        }
        if (group === "broken") {
            return _t("Promise not kept");
        }
        if (next_action_date) {
            return next_action_date < DateTime.now().startOf("day")
                ? day(next_action_date)
                : _t("today");
        }
        const at = contact_check && !contact_check.allowed && contact_check.allowed_at;
        return at ? _t("from %s", moment(deserializeDateTime(at))) : "";
    }
}

function day(date) {
    return date.toLocaleString({ weekday: "short", day: "numeric", month: "short" });
}

function moment(at) {
    return at.hasSame(DateTime.now(), "day") ? at.toLocaleString(DateTime.TIME_SIMPLE) : day(at);
}

registry.category("fields").add("ar_next_step", {
    component: ArNextStep,
    displayName: _t("Next step"),
    supportedTypes: ["char"],
    fieldDependencies: [
        { name: "next_action", type: "char" },
        { name: "next_action_date", type: "date" },
        { name: "callback_at", type: "datetime" },
        { name: "snoozed_until", type: "date" },
        { name: "worklist_group", type: "selection" },
        { name: "contact_check", type: "json" },
    ],
});

/** What was said or sent last, and when. */
export class ArLastTouch extends Component {
    static template = "ar_collections.LastTouch";
    static props = { "*": true };

    get date() {
        const { touch_date } = this.props.record.data;
        return touch_date ? day(touch_date) : "";
    }
}

registry.category("fields").add("ar_last_touch", {
    component: ArLastTouch,
    displayName: _t("Last contact"),
    supportedTypes: ["char"],
    fieldDependencies: [{ name: "touch_date", type: "date" }],
});
