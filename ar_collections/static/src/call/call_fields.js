import { Component, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;

/** A short selection as buttons side by side. */
export class ArChoiceField extends Component {
    static template = "ar_collections.ChoiceField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        return this.props.record.fields[this.props.name].string;
    }

    get options() {
        return this.props.record.fields[this.props.name].selection;
    }

    choose(value) {
        this.props.record.update({ [this.props.name]: value });
    }
}

registry.category("fields").add("ar_choice", {
    component: ArChoiceField,
    displayName: _t("Choice side by side"),
    supportedTypes: ["selection"],
});

/** The number, with a button that dials it and starts the timer of the form. */
export class ArDialField extends CharField {
    static template = "ar_collections.DialField";

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    get href() {
        return `tel:${this.value.replace(/[^\d+*#]/g, "")}`;
    }

    get canDial() {
        return /\d/.test(this.value) && this.props.record.data.channel === "phone";
    }

    dial() {
        if (!this.props.record.resId) {
            this.props.record.update({ date: DateTime.now(), timer_on: true });
        }
    }
}

registry.category("fields").add("ar_dial", {
    ...charField,
    component: ArDialField,
    displayName: _t("Number to dial"),
    fieldDependencies: [
        { name: "date", type: "datetime" },
        { name: "channel", type: "selection" },
        { name: "timer_on", type: "boolean" },
    ],
});

/** How long the call takes: runs from "Dial", can be stopped, started and typed over. */
export class ArCallTimerField extends Component {
    static template = "ar_collections.CallTimerField";
    static props = { ...standardFieldProps };

    setup() {
        this.state = useState({ now: DateTime.now() });
        useEffect(
            (running) => {
                if (running) {
                    this.state.now = DateTime.now();
                    const timer = setInterval(() => (this.state.now = DateTime.now()), 1000);
                    return () => clearInterval(timer);
                }
            },
            () => [this.running],
        );
        useBus(this.props.record.model.bus, "NEED_LOCAL_CHANGES", ({ detail }) => {
            if (this.running) {
                detail.proms.push(this.stop());
            }
        });
    }

    get running() {
        return Boolean(this.props.record.data.timer_on) && !this.props.readonly;
    }

    get seconds() {
        const { date } = this.props.record.data;
        return this.running && date
            ? Math.max(0, Math.floor(this.state.now.diff(date, "seconds").seconds))
            : this.props.record.data[this.props.name] || 0;
    }

    get text() {
        const pad = (value) => String(value).padStart(2, "0");
        return `${pad(Math.floor(this.seconds / 60))}:${pad(this.seconds % 60)}`;
    }

    start() {
        const date = DateTime.now().minus({ seconds: this.seconds });
        return this.props.record.update({ date, timer_on: true });
    }

    stop() {
        this.state.now = DateTime.now();
        return this.props.record.update({ [this.props.name]: this.seconds, timer_on: false });
    }

    toggle() {
        return this.running ? this.stop() : this.start();
    }

    /** "3:12" or "3" minutes. */
    onChange(event) {
        const [minutes, seconds] = event.target.value.split(":").map((part) => parseInt(part, 10));
        const value = (minutes || 0) * 60 + (seconds || 0);
        this.props.record.update({ [this.props.name]: Math.max(0, value), timer_on: false });
    }
}

registry.category("fields").add("ar_call_timer", {
    component: ArCallTimerField,
    displayName: _t("Timer of a call"),
    supportedTypes: ["integer"],
    fieldDependencies: [
        { name: "date", type: "datetime" },
        { name: "timer_on", type: "boolean" },
    ],
});
