import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatMoment } from "@ar_collections/core/moments";

/** Of when the figures of a list are, and a button that brings them up to now. */
export class ArFiguresTime extends Component {
    static template = "ar_collections.FiguresTime";
    static props = { list: { type: Object } };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ time: false, busy: false });
        onWillStart(async () => {
            this.state.time = await this.orm.call("ar.collection", "figures_time", []);
        });
    }

    get text() {
        const { time } = this.state;
        return time ? _t("Figures of %s", formatMoment(deserializeDateTime(time))) : "";
    }

    async refresh() {
        this.state.busy = true;
        try {
            this.state.time = await this.orm.call("ar.collection", "action_refresh_moved", []);
            await this.props.list.model.load();
        } finally {
            this.state.busy = false;
        }
    }
}
