import { Component } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { formatAmount } from "@ar_collections/core/amounts";
import { BUCKETS } from "@ar_collections/core/figures";

/**
 * Shares of a whole in percent that add up to 100.
 *
 * @param {number[]} amounts
 * @returns {number[]}
 */
export function wholeShares(amounts) {
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    if (!total) {
        return amounts.map(() => 0);
    }
    const exact = amounts.map((amount) => (amount / total) * 100);
    const shares = exact.map(Math.floor);
    const rest = 100 - shares.reduce((sum, share) => sum + share, 0);
    const order = exact
        .map((share, index) => [share - shares[index], index])
        .sort((a, b) => b[0] - a[0]);
    for (const [, index] of order.slice(0, rest)) {
        shares[index] += 1;
    }
    return shares;
}

/** Context key of the debtor's page: the bucket its list of open items is narrowed to. */
export const BUCKET = "ar_collections_bucket";

/**
 * The claims of a debtor by age, live from the ledger; a bucket narrows the list of open items
 * to its own, one more click shows all of them again.
 */
export class ArAgedBarField extends Component {
    static template = "ar_collections.AgedBarField";
    static props = { ...standardFieldProps };

    get model() {
        return this.props.record.model;
    }

    get chosen() {
        return this.model.config.context[BUCKET] || "";
    }

    get figures() {
        return this.props.record.data[this.props.name] || {};
    }

    get buckets() {
        const figures = this.figures;
        const labels = [_t("Not due"), ...(figures.bucket_labels || [])];
        const amounts = BUCKETS.map((name) => figures[name] || 0);
        const shares = wholeShares(amounts);
        return BUCKETS.map((name, index) => ({
            name,
            index,
            label: labels[index],
            share: shares[index],
            amount: amounts[index],
            text: formatAmount(amounts[index], figures.currency_id),
        }));
    }

    get segments() {
        return this.buckets.filter((bucket) => bucket.amount);
    }

    async toggle(bucket) {
        if (await this.props.record.save()) {
            const { [BUCKET]: chosen, ...context } = this.model.config.context;
            await this.model.load({
                context: chosen === bucket ? context : { ...context, [BUCKET]: bucket },
            });
            // the list may stand below the figures, out of sight
            browser.setTimeout(() =>
                document.querySelector(".o_ar_of_bucket")?.scrollIntoView({ block: "center" }),
            );
        }
    }
}

/** The same as a thin line on a card, from the figures of the list. */
export class ArAgedLine extends Component {
    static template = "ar_collections.AgedLine";
    static props = { ...standardWidgetProps };

    get segments() {
        const data = this.props.record.data;
        return BUCKETS.map((name, index) => ({ index, amount: data[name] || 0 })).filter(
            (segment) => segment.amount,
        );
    }
}

registry.category("fields").add("ar_aged_bar", {
    component: ArAgedBarField,
    displayName: _t("Claims by age"),
    supportedTypes: ["json"],
});
registry.category("view_widgets").add("ar_aged_line", { component: ArAgedLine });
