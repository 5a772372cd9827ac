import { Component, onMounted, onWillUpdateProps, status, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatAmount } from "@ar_collections/core/amounts";

/** Counters of the day; asked for after the first paint, and anew after each save. */
export class ArDayStrip extends Component {
    static template = "ar_collections.DayStrip";
    static props = { version: { type: Number } };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ day: null, team: false });
        onMounted(() => this.load());
        onWillUpdateProps((next) => {
            if (next.version !== this.props.version) {
                this.load();
            }
        });
    }

    async load() {
        const day = await this.orm.silent.call("ar.collection", "worklist_day", []);
        if (status(this) === "mounted") {
            this.state.day = day;
        }
    }

    get own() {
        return this.state.day.own;
    }

    /** How many of the calls reached the right person, in percent. */
    share(row) {
        return row.calls ? _t("%s%", Math.round((100 * row.reached) / row.calls)) : "";
    }

    amount(value) {
        return formatAmount(value, this.state.day.currency_id);
    }

    get promisedBy() {
        const { promised_debtors: count } = this.own;
        return count === 1
            ? _t("Promised today, 1 debtor")
            : _t("Promised today, %s debtors", count);
    }

    get progress() {
        const { promised, collectable } = this.own;
        return _t("%(promised)s of %(whole)s", {
            promised: this.amount(promised),
            whole: this.amount(promised + collectable),
        });
    }
}
