import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { formatAmount } from "@ar_collections/core/amounts";
import { parseMonetary } from "@web/views/fields/parsers";
import { formatMonetary } from "@web/views/fields/formatters";
import { SHORT_KINDS } from "./cash_sums";

/** Items shown at once; ticked ones and those named in the text stand first. */
const PAGE = 80;

/** The open items of the debtor, to tick and to type amounts at. */
export class ArCashItems extends Component {
    static template = "ar_collections.CashItems";
    static props = {
        choice: Object,
        reasons: Object,
        mayApply: Boolean,
    };

    /** Keyed by the choice: another choice is another component. */
    setup() {
        this.choice = useState(this.props.choice);
        this.state = useState({ filter: "", shown: PAGE, wrong: null, typing: null });
        this.first = new Set(Object.keys(this.choice.amounts).map(Number));
        this.formatAmount = formatAmount;
        this.kinds = SHORT_KINDS;
    }

    get found() {
        const words = this.state.filter.trim().toLowerCase();
        const items = this.choice.items.filter(
            (item) =>
                !words ||
                [item.number, item.reference, item.debtor, String(item.open)].some((text) =>
                    (text || "").toLowerCase().includes(words),
                ),
        );
        const rank = (item) => (this.first.has(item.id) ? 0 : item.named ? 1 : 2);
        return items.toSorted((a, b) => rank(a) - rank(b));
    }

    get items() {
        return this.found.slice(0, this.state.shown);
    }

    more() {
        this.state.shown += 4 * PAGE;
    }

    date(text) {
        return formatDate(deserializeDate(text));
    }

    days(item) {
        return item.days > 0 ? _t("%s d late", item.days) : _t("in %s d", -item.days);
    }

    typed(item) {
        if (this.state.typing?.id === item.id) {
            return this.state.typing.text;
        }
        const amount = this.choice.amounts[item.id];
        return amount === undefined
            ? ""
            : formatMonetary(amount, { currencyId: item.currency_id, noSymbol: true });
    }

    /** The sums follow while somebody types; the text is put in order afterwards. */
    type(item, ev) {
        const text = ev.target.value;
        this.state.typing = { id: item.id, text };
        let amount = 0;
        try {
            amount = text.trim() ? parseMonetary(text) : 0;
        } catch {
            this.state.wrong = item.id;
            return;
        }
        this.state.wrong = this.choice.set(item, amount) ? null : item.id;
    }

    typedAll() {
        this.state.typing = null;
    }

    kindLabel(kind) {
        return {
            open: _t("stays open"),
            deduction: _t("is a deduction (opens a dispute)"),
            write_off: _t("write off (asks where needed)"),
            bank_charge: _t("is a bank charge"),
            discount: _t("is an early-payment discount"),
        }[kind];
    }

    setKind(item, ev) {
        const kind = ev.target.value;
        const reason = kind === "write_off" ? this.props.reasons.small : false;
        this.choice.rests[item.id] = { kind, reason_id: reason };
    }

    setReason(item, ev) {
        this.choice.rests[item.id].reason_id = Number(ev.target.value) || false;
    }
}
