/* global Chart */

import { Component, onWillStart, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { getColor } from "@web/core/colors/colors";
import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Some series of numbers as bars side by side, with a table for who cannot see them. */
export class ArBarsField extends Component {
    static template = "ar_collections.BarsField";
    static props = { ...standardFieldProps };

    setup() {
        this.canvas = useRef("canvas");
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => {
                const chart = this.canvas.el && this.draw();
                return () => chart?.destroy();
            },
            () => [this.data],
        );
    }

    get data() {
        return this.props.record.data[this.props.name];
    }

    draw() {
        const scheme = cookie.get("color_scheme");
        return new Chart(this.canvas.el, {
            type: "bar",
            data: {
                labels: this.data.labels,
                datasets: this.data.series.map(({ name, values }, index) => ({
                    label: name,
                    data: values,
                    backgroundColor: getColor(index * 2, scheme, this.data.series.length * 2),
                })),
            },
            options: {
                maintainAspectRatio: false,
                animation: false,
                scales: { y: { beginAtZero: true, ticks: { precision: 0 } } },
            },
        });
    }
}

registry.category("fields").add("ar_bars", {
    component: ArBarsField,
    displayName: _t("Bars"),
    supportedTypes: ["json"],
});
