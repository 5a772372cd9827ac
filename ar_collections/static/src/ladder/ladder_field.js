import { onMounted, onWillUpdateProps, useExternalListener, useRef, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ArLevelPreview } from "./level_preview";
import { CARD_WIDTH, placeBuckets, placeLevels, toPercent } from "./ladder_scale";

/** Field of a level -> icon and name of what it says. */
const CHANNELS = {
    send_email: ["fa-envelope-o", _t("E-mail")],
    send_letter: ["fa-file-text-o", _t("Letter")],
    send_sms: ["fa-commenting-o", _t("SMS")],
    send_snailmail: ["fa-envelope", _t("Letter by post service")],
    call_task: ["fa-phone", _t("Call")],
    attach_invoices: ["fa-paperclip", _t("Invoices attached")],
};

/**
 * The levels of a policy on a line of days: a click selects one and shows what it says, its
 * mark can be dragged or moved by the arrow keys.
 */
export class ArLadderField extends X2ManyField {
    static template = "ar_collections.LadderField";
    static components = { ...X2ManyField.components, ArLevelPreview };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.axis = useRef("axis");
        this.state = useState({
            selected: null,
            selectedDay: null,
            dragged: null,
            day: 0,
            tonight: {},
        });
        this.cardWidth = CARD_WIDTH;
        onMounted(() => this.loadTonight());
        // a drag goes on where the pointer leaves the mark
        useExternalListener(window, "pointermove", (ev) => this.onPointermove(ev));
        useExternalListener(window, "pointerup", () => this.onPointerup());
        onWillUpdateProps((props) => {
            if (props.record.resId !== this.props.record.resId && this.props.record.resId) {
                Object.assign(this.state, { selected: null, selectedDay: null });
            }
        });
    }

    /** How many notices leave tonight at each level; it never delays the form. */
    async loadTonight() {
        if (this.props.record.resId) {
            const { levels } = await this.orm.silent.call("ar.collection.run", "tonight", []);
            this.state.tonight = Object.fromEntries(levels.map((row) => [row.level_id, row.count]));
        }
    }

    // === WHAT STANDS WHERE === //
    get records() {
        return [...this.list.records].sort((a, b) => this.dayOf(a) - this.dayOf(b));
    }

    /** The level chosen, or the one that stands on its day after saving; else the newest. */
    get selected() {
        const records = this.records;
        const { selected, selectedDay } = this.state;
        return (
            records.find((record) => record.id === selected) ||
            records.find((record) => record.data.delay === selectedDay) ||
            records.findLast((record) => record.isNew) ||
            records.at(-1)
        );
    }

    dayOf(record) {
        return record.id === this.state.dragged ? this.state.day : record.data.delay;
    }

    get scale() {
        return placeLevels(this.records.map((record) => record.data.delay));
    }

    get rungs() {
        const { places, first, last } = this.scale;
        return this.records.map((record, index) => ({
            record,
            ...places[index],
            x: toPercent(this.dayOf(record), first, last),
            day: this.dayOf(record),
            selected: record === this.selected,
            channels: this.channelsOf(record),
            hint: this.hintOf(record),
            tonight: this.tonightOf(record),
        }));
    }

    get rows() {
        return 1 + Math.max(0, ...this.scale.places.map((place) => place.row));
    }

    get buckets() {
        const { first, last } = this.scale;
        return placeBuckets(this.props.record.data.bucket_limits || [], first, last);
    }

    get dueX() {
        const { first, last } = this.scale;
        return toPercent(0, first, last);
    }

    channelsOf({ data }) {
        return Object.entries(CHANNELS)
            .filter(([name]) => data[name])
            .map(([name, [icon, label]]) => ({ name, icon, label }));
    }

    hintOf({ data }) {
        if (data.delay < 0) {
            return _t("before the due date");
        }
        if (data.formal) {
            return _t("formal, %s days to pay", data.deadline_days);
        }
        return data.call_task
            ? _t("call %s days later", data.call_task_days)
            : _t("%s days to pay", data.deadline_days);
    }

    tonightOf({ resId }) {
        const count = this.state.tonight[resId];
        return count ? _t("%s tonight", count) : "";
    }

    dayLabel(day) {
        return _t("Day %s", String(day).replace("-", "\u2212"));
    }

    // === SELECT AND EDIT === //
    select(record) {
        Object.assign(this.state, { selected: record.id, selectedDay: record.data.delay });
    }

    async save() {
        const day = this.selected.data.delay;
        const saved = await this.props.record.save();
        if (saved) {
            Object.assign(this.state, { selected: null, selectedDay: day });
        }
        return saved;
    }

    edit(record) {
        this.select(record);
        return this._openRecord({
            record,
            context: this.props.context,
            readonly: this.props.readonly,
        });
    }

    add() {
        Object.assign(this.state, { selected: null, selectedDay: null });
        return this.onAdd({ context: {} });
    }

    remove(record) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Take the level out of the ladder?"),
            body: _t(
                "%s is deleted; where notices or items name it, it is kept in the archive and nobody is reminded anew.",
                record.data.name,
            ),
            confirmLabel: _t("Take it out"),
            confirm: () => this.takeOut(record),
            cancel: () => {},
        });
    }

    async takeOut(record) {
        if (record.resId) {
            if (!(await this.props.record.save())) {
                return;
            }
            await this.orm.call("ar.collection.level", "action_remove", [[record.resId]]);
            Object.assign(this.state, { selected: null, selectedDay: null });
            return this.props.record.load();
        }
        return this.list.delete(record);
    }

    // === MOVE === //
    /** The days between the neighbours of a level. */
    roomOf(record) {
        const records = this.records;
        const index = records.indexOf(record);
        return [
            index ? records[index - 1].data.delay + 1 : -365,
            records[index + 1] ? records[index + 1].data.delay - 1 : 3650,
        ];
    }

    move(record, day) {
        const [from, to] = this.roomOf(record);
        return Math.min(Math.max(day, from), to);
    }

    onKeydown(ev, record) {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[ev.key];
        if (step && !this.props.readonly) {
            ev.preventDefault();
            const delay = this.move(record, record.data.delay + step);
            this.state.selectedDay = delay;
            return record.update({ delay });
        }
    }

    onPointerdown(ev, record) {
        this.select(record);
        if (!this.props.readonly) {
            ev.preventDefault();
            ev.currentTarget.focus();
            Object.assign(this.state, { dragged: record.id, day: record.data.delay });
        }
    }

    get dragged() {
        return this.list.records.find((record) => record.id === this.state.dragged);
    }

    onPointermove(ev) {
        const record = this.dragged;
        if (record && this.axis.el) {
            const { left, width } = this.axis.el.getBoundingClientRect();
            const { first, last } = this.scale;
            const day = Math.round(first + ((ev.clientX - left) / width) * (last - first));
            this.state.day = this.move(record, day);
        }
    }

    async onPointerup() {
        const record = this.dragged;
        const { day } = this.state;
        this.state.dragged = null;
        if (record && day !== record.data.delay) {
            this.state.selectedDay = day;
            await record.update({ delay: day });
        }
    }
}

registry.category("fields").add("ar_ladder", {
    ...x2ManyField,
    component: ArLadderField,
    displayName: _t("Ladder of levels"),
    fieldDependencies: [{ name: "bucket_limits", type: "json" }],
});
