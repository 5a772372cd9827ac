/* global Chart */

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { ArBarsField } from "@ar_collections/bars/bars_field";
import { formatAmount } from "@ar_collections/core/amounts";

// Items, interest, fee; instalments are as on the dashboard.
const COLORS = ["#2d77ba", "#f0a94a", "#c9c3dd"];

/** What is to be paid when, one bar per part: principal, interest and fee on top of each other. */
export class ArPlanChart extends ArBarsField {
    static template = "ar_collections.PlanChart";

    get currencyId() {
        return this.props.record.data.currency_id?.id;
    }

    draw() {
        return new Chart(this.canvas.el, {
            type: "bar",
            data: {
                labels: this.data.labels,
                datasets: this.data.series.map(({ name, values }, index) => ({
                    label: name,
                    data: values,
                    backgroundColor: COLORS[index % COLORS.length],
                    maxBarThickness: 28,
                })),
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                plugins: {
                    legend: { display: this.data.series.length > 1, position: "bottom" },
                    tooltip: {
                        callbacks: {
                            label: ({ dataset, raw }) =>
                                `${dataset.label}: ${formatAmount(raw, this.currencyId)}`,
                        },
                    },
                },
                scales: {
                    x: { stacked: true, grid: { display: false } },
                    y: { stacked: true, beginAtZero: true, ticks: { maxTicksLimit: 4 } },
                },
            },
        });
    }
}

registry.category("fields").add("ar_plan_chart", {
    component: ArPlanChart,
    displayName: _t("Chart of a plan"),
    supportedTypes: ["json"],
});
