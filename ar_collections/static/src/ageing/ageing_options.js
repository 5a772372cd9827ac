import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { deserializeDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { longDate } from "./ageing_format";

/** Day, date, rows, currency and credits of the report, a menu each. */
export class ArAgeingOptions extends Component {
    static template = "ar_collections.AgeingOptions";
    static components = { Dropdown, DropdownItem };
    static props = {
        options: Object,
        choices: Object,
        today: String,
        hidden: Object,
        change: Function,
        toggle: Function,
    };

    get days() {
        const today = deserializeDate(this.props.today);
        const ends = [
            [_t("Today"), today],
            [_t("End of last month"), today.startOf("month").minus({ days: 1 })],
            [_t("End of last quarter"), today.startOf("quarter").minus({ days: 1 })],
            [_t("End of last year"), today.startOf("year").minus({ days: 1 })],
        ];
        return ends.map(([label, day]) => ({ label, day: serializeDate(day) }));
    }

    get day() {
        const { options, today } = this.props;
        return options.day === today ? _t("today") : longDate(options.day);
    }

    get bases() {
        return [
            ["original", _t("due date")],
            ["due", _t("due date after extensions")],
            ["invoice", _t("invoice date")],
            ["agreed", _t("date of payment plans")],
        ];
    }

    get credits() {
        return [
            ["column", _t("in a column")],
            ["aged", _t("aged as claims")],
            ["without", _t("left out")],
        ];
    }

    get amounts() {
        return [
            ["company", _t("company currency")],
            ["currency", _t("each currency")],
            ...this.props.choices.currencies.map(([id, name]) => [id, _t("%s only", name)]),
        ];
    }

    get held() {
        return [
            ["disputed", _t("In dispute")],
            ["promised", _t("Promised")],
            ["planned", _t("On plan")],
            ["held_other", _t("Held otherwise")],
        ];
    }

    label(choices, value) {
        return choices.find(([name]) => name === value)?.[1] || "";
    }

    get rows() {
        const labels = this.props.options.rows.map((name) =>
            this.label(this.props.choices.rows, name).toLowerCase(),
        );
        return [...labels, _t("item")].join(", ");
    }

    /** Rows by one thing, or by it and the debtors in it. */
    get rowChoices() {
        return this.props.choices.rows
            .filter(([name]) => name !== "debtor")
            .map(([name, label]) => ({
                rows: [name, "debtor"],
                label: _t("%s, debtor, item", label),
            }));
    }

    same(rows) {
        return rows.join() === this.props.options.rows.join();
    }

    setDay(ev) {
        if (ev.target.value) {
            this.props.change({ day: ev.target.value });
        }
    }
}
