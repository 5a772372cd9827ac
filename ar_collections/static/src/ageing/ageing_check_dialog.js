import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { figure, longDate } from "./ageing_format";

/** The report beside each receivable account. */
export class ArAgeingCheckDialog extends Component {
    static template = "ar_collections.AgeingCheckDialog";
    static components = { Dialog };
    static props = {
        check: Object,
        day: String,
        currencyId: Number,
        openItems: Function,
        close: Function,
    };

    figure(value) {
        return figure(value, this.props.currencyId) === "–"
            ? "0"
            : figure(value, this.props.currencyId);
    }

    get day() {
        return longDate(this.props.day);
    }

    show() {
        this.props.close();
        this.props.openItems();
    }
}
