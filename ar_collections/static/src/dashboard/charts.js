import { _t } from "@web/core/l10n/translation";
import { humanNumber } from "@web/core/utils/numbers";

/** Background of the ageing buckets, as in variables.scss: charts take colours, no classes. */
export const BUCKET_COLORS = ["#c3ced8", "#f6d77a", "#f0a94a", "#dd7a33", "#b84a2b", "#7f2220"];
export const CASH_COLORS = { promise: "#0b7a78", instalment: "#2d77ba", forecast: "#c9c3dd" };
const OVERDUE_COLOR = "#c9c3dd";
const DSO_COLOR = "#14598a";

/** 281,430 as 281k. */
export function short(value) {
    return humanNumber(value || 0, { decimals: 0, minDigits: 1 });
}

/** The figure above each bar; Chart.js itself draws none. */
const sumsAbove = {
    id: "arSumsAbove",
    afterDatasetsDraw(chart) {
        const { ctx } = chart;
        const bars = chart.data.datasets
            .map((set, index) => ({ set, meta: chart.getDatasetMeta(index) }))
            .filter(({ meta }) => meta.type === "bar");
        ctx.save();
        ctx.textAlign = "center";
        ctx.fillStyle = chart.options.color;
        chart.data.labels.forEach((label, number) => {
            const sum = bars.reduce((total, { set }) => total + (set.data[number] || 0), 0);
            const tops = bars.map(({ meta }) => meta.data[number]?.y).filter(Number.isFinite);
            if (sum && tops.length) {
                const [first] = bars;
                ctx.fillText(short(sum), first.meta.data[number].x, Math.min(...tops) - 5);
            }
        });
        ctx.restore();
    },
};

const AMOUNTS = {
    beginAtZero: true,
    grid: { color: "rgba(128, 128, 128, 0.2)" },
    border: { display: false },
    ticks: { callback: short, maxTicksLimit: 5 },
};

export function ageingChart(bars) {
    return {
        type: "bar",
        data: {
            labels: bars.map((bar) => bar.label),
            datasets: [
                {
                    data: bars.map((bar) => bar.amount),
                    backgroundColor: bars.map((bar, number) => BUCKET_COLORS[number]),
                    borderRadius: 3,
                },
            ],
        },
        plugins: [sumsAbove],
        options: {
            layout: { padding: { top: 16 } },
            plugins: { legend: { display: false }, tooltip: { enabled: false } },
            scales: { x: { grid: { display: false } }, y: AMOUNTS },
        },
    };
}

export function trendChart(rows, tooltip) {
    return {
        data: {
            labels: rows.map((row) => row.label),
            datasets: [
                {
                    type: "line",
                    label: _t("DSO"),
                    data: rows.map((row) => row.dso),
                    yAxisID: "days",
                    borderColor: DSO_COLOR,
                    backgroundColor: DSO_COLOR,
                    borderWidth: 2,
                    pointRadius: 3,
                },
                {
                    type: "bar",
                    label: _t("Overdue"),
                    data: rows.map((row) => row.overdue),
                    backgroundColor: OVERDUE_COLOR,
                    borderRadius: 2,
                },
            ],
        },
        options: {
            plugins: {
                legend: { align: "end", labels: { boxWidth: 10, boxHeight: 10 } },
                tooltip: { callbacks: { label: tooltip } },
            },
            scales: {
                x: { grid: { display: false } },
                y: AMOUNTS,
                days: {
                    position: "right",
                    grid: { display: false },
                    border: { display: false },
                    beginAtZero: true,
                    ticks: {
                        color: DSO_COLOR,
                        maxTicksLimit: 4,
                        callback: (value) => _t("%s d", value),
                    },
                },
            },
        },
    };
}

export function cashChart(weeks, tooltip) {
    const names = {
        promise: _t("promises"),
        instalment: _t("instalments"),
        forecast: _t("by habit"),
    };
    return {
        type: "bar",
        data: {
            labels: weeks.map((week) => week.label),
            datasets: Object.entries(names).map(([kind, label]) => ({
                label,
                kind,
                data: weeks.map((week) => week[kind]),
                backgroundColor: CASH_COLORS[kind],
            })),
        },
        plugins: [sumsAbove],
        options: {
            plugins: {
                legend: { align: "end", labels: { boxWidth: 10, boxHeight: 10 } },
                tooltip: { callbacks: { label: tooltip } },
            },
            scales: {
                x: { stacked: true, grid: { display: false } },
                y: { ...AMOUNTS, stacked: true },
            },
        },
    };
}
