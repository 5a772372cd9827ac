import { Component, onMounted, onWillStart, status, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { deserializeDate, deserializeDateTime, toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { formatAmount } from "@ar_collections/core/amounts";
import { formatMoment } from "@ar_collections/core/moments";
import { ArChart } from "./chart";
import { ageingChart, cashChart, short, trendChart } from "./charts";
import { openers } from "./openers";

const PERIODS = [
    ["30", _t("last 30 days")],
    ["90", _t("last 90 days")],
    ["180", _t("last 180 days")],
    ["365", _t("last 365 days")],
    ["month", _t("this month")],
    ["last_month", _t("last month")],
];
const STATES = {
    on: { tone: "good", icon: "fa-check", label: _t("on target") },
    close: { tone: "warning", icon: "fa-exclamation-triangle", label: _t("close") },
    off: { tone: "danger", icon: "fa-exclamation-triangle", label: _t("off target") },
};

/** The dashboard: what is owed, how old, better or worse, what will come in, who does what. */
export class ArDashboard extends Component {
    static template = "ar_collections.Dashboard";
    static components = { ArChart };
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.periods = PERIODS;
        this.states = STATES;
        this.texts = { late: _t("Later than usual"), disputed: _t("Disputed") };
        this.options = useState({ period: "90" });
        this.state = useState({ data: null, team: null });
        this.open = openers(this);
        onWillStart(() => loadBundle("web.chartjs_lib"));
        onMounted(() => this.load());
    }

    async load() {
        this.asked = { ...this.options };
        const { asked } = this;
        const call = (method) => this.orm.call("ar.collection.kpi", method, [asked]);
        const data = await call("dashboard");
        if (status(this) !== "mounted" || asked !== this.asked) {
            return; // another filter was chosen meanwhile
        }
        this.state.data = data;
        this.charts = {
            ageing: ageingChart(data.ageing.bars),
            trend: trendChart(data.trend.rows, (item) =>
                item.dataset.yAxisID === "days"
                    ? _t("DSO: %s days", this.decimal(item.raw))
                    : _t("Overdue: %s", this.amount(item.raw)),
            ),
            cash: cashChart(
                data.cash.weeks,
                (item) => `${item.dataset.label}: ${this.amount(item.raw)}`,
            ),
        };
        const team = await call("dashboard_team");
        if (status(this) === "mounted" && asked === this.asked) {
            this.state.team = team;
        }
    }

    choose(name, value) {
        if (value === "") {
            delete this.options[name];
        } else {
            this.options[name] = name === "period" ? value : Number(value);
        }
        if (name === "company_id") {
            delete this.options.user_id;
            delete this.options.country_id;
            delete this.options.policy_id;
        }
        this.state.team = null;
        return this.load();
    }

    print() {
        window.print();
    }

    // === TEXTS === //
    get data() {
        return this.state.data;
    }

    get currencyId() {
        return this.data.company.currency_id;
    }

    amount(value) {
        return formatAmount(value, this.currencyId);
    }

    /** An amount without decimals where they do not matter. */
    round(value) {
        return formatFloat(Math.round(value || 0), { digits: [16, 0] });
    }

    short(value) {
        return short(value);
    }

    decimal(value) {
        return formatFloat(value, { digits: [16, 1] }).replace("-", "\u2212");
    }

    percent(value) {
        return value === null || value === undefined ? "\u2013" : _t("%s%", Math.round(value));
    }

    day(text) {
        return toLocaleDateString(deserializeDate(text));
    }

    get snapshot() {
        const { snapshot_at: moment } = this.data;
        return moment
            ? _t("Snapshot of %s; today's figures live", formatMoment(deserializeDateTime(moment)))
            : _t("No snapshot yet; today's figures live");
    }

    value(tile) {
        if (tile.value === null || tile.value === false) {
            return _t("n/a");
        }
        switch (tile.unit) {
            case "amount":
                return this.amount(Math.round(tile.value)).replace(/[.,]0+(?=\D*$)/, "");
            case "days":
                return _t("%s days", this.decimal(tile.value));
            case "percent":
                return _t("%s%", this.decimal(tile.value));
        }
        return this.decimal(tile.value);
    }

    note(tile) {
        const target = tile.target ? _t("target %s", this.target(tile)) : "";
        return [tile.note, target].filter(Boolean).join(", ") || _t("no target set");
    }

    target(tile) {
        const number = formatFloat(tile.target, { digits: [16, 0] });
        return tile.change_unit === "points" ? _t("%s%", number) : number;
    }

    /** The change against the period before; the arrow does not judge. */
    change(tile) {
        if (tile.change === null || tile.change === undefined) {
            return "";
        }
        const arrow = tile.change > 0 ? "\u25b2" : tile.change < 0 ? "\u25bc" : "=";
        const number = this.decimal(Math.abs(tile.change));
        const units = {
            points: _t("%s pts", number),
            percent: _t("%s%", Math.round(Math.abs(tile.change))),
            days: _t("%s days", number),
        };
        return `${arrow} ${units[tile.change_unit] || number} ${tile.change_note}`.trim();
    }

    rollChange(row) {
        if (row.rate === null || row.before === null) {
            return "";
        }
        const change = Math.round(row.rate - row.before);
        return change ? `${change > 0 ? "\u25b2" : "\u25bc"} ${Math.abs(change)}` : "=";
    }

    width(share) {
        return `width: ${Math.max(0, Math.min(100, share || 0))}%`;
    }

    left(share) {
        return `inset-inline-start: ${Math.max(0, Math.min(100, share || 0))}%`;
    }

    /** The same figures as tables. */
    get tables() {
        const { ageing, trend, cash } = this.data;
        return {
            ageing: {
                columns: [_t("Days overdue"), _t("Amount")],
                rows: ageing.bars.map((bar) => [bar.label, this.amount(bar.amount)]),
            },
            trend: {
                columns: [_t("Month"), _t("Overdue"), _t("DSO")],
                rows: trend.rows.map((row) => [
                    row.label,
                    row.overdue === null ? "\u2013" : this.amount(row.overdue),
                    row.dso === null ? "\u2013" : this.decimal(row.dso),
                ]),
            },
            cash: {
                columns: [_t("Week of"), _t("Promises"), _t("Instalments"), _t("By habit")],
                rows: cash.weeks.map((week) => [
                    week.label,
                    this.amount(week.promise),
                    this.amount(week.instalment),
                    this.amount(week.forecast),
                ]),
            },
        };
    }

    get expectedNothing() {
        const { weeks, late, disputed } = this.data.cash;
        return !late && !disputed && weeks.every((w) => !(w.promise + w.instalment + w.forecast));
    }

    /** What a collector did, each figure with what opens its records. */
    collectorCells(row) {
        return [
            { name: "collectable", text: this.amount(row.collectable) },
            { name: "attempts", text: row.attempts },
            { name: "reached", text: this.percent(row.reached) },
            { name: "promises", text: row.promises },
            { name: "kept", text: this.percent(row.kept_rate) },
            { name: "collected", text: this.round(row.collected) },
        ];
    }

    targetTone(row) {
        return row.of_target >= (this.state.team.collectors.expected || 0) ? "on" : "behind";
    }
}

registry.category("actions").add("ar_collections.dashboard", ArDashboard);
