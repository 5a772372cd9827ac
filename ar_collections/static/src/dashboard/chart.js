import { Component, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";

/** A Chart.js chart, with the same figures as a table for who reads better so. */
export class ArChart extends Component {
    static template = "ar_collections.Chart";
    static props = {
        config: { type: Object }, // Chart.js: type, data, options
        table: { type: Object }, // columns: [text], rows: [[text]]
        label: { type: String },
        onClick: { type: Function, optional: true }, // (number of the label, number of the set)
    };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({ asTable: false });
        useEffect(
            () => {
                this.draw();
                return () => this.chart?.destroy();
            },
            () => [this.props.config, this.state.asTable],
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    draw() {
        if (!this.canvas.el) {
            return;
        }
        const { config, onClick } = this.props;
        this.chart = new window.Chart(this.canvas.el, {
            ...config,
            options: {
                responsive: true,
                maintainAspectRatio: false,
                animation: false,
                ...config.options,
                onClick: (event, elements) => {
                    if (elements.length && onClick) {
                        onClick(elements[0].index, elements[0].datasetIndex);
                    }
                },
                onHover: (event, elements) => {
                    event.native.target.style.cursor =
                        elements.length && onClick ? "pointer" : "default";
                },
            },
        });
    }

    toggle() {
        this.state.asTable = !this.state.asTable;
    }
}
