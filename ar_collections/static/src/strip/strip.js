import { Component } from "@odoo/owl";
import { ArFiguresTime } from "./figures_time";
import { ArTonight } from "./tonight";

/** Above the lists of debtors: tonight's run, the colours of the buckets, the time of the figures. */
export class ArStrip extends Component {
    static template = "ar_collections.Strip";
    static components = { ArFiguresTime, ArTonight };
    static props = {
        list: { type: Object },
        legend: { type: Boolean, optional: true },
    };

    get showTonight() {
        return Boolean(this.props.list.context.ar_collections_tonight);
    }

    get buckets() {
        return this.props.list.fields.oldest_bucket.selection;
    }
}
