import { useState } from "@odoo/owl";
import { toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";
import { ListRenderer } from "@web/views/list/list_renderer";
import { getCurrency } from "@web/core/currency";
import { BUCKET } from "@ar_collections/aged_bar/aged_bar";
import { formatAmount } from "@ar_collections/core/amounts";
import { BUCKETS } from "@ar_collections/core/figures";

const PLANS = "ar_collections.group_ar_collection_plans";

/** A list of items that can be ticked by whoever sees the button that acts on one. */
export class ArOpenItemsRenderer extends ListRenderer {
    /** The column in company currency bears its name. */
    getActiveColumns() {
        const { company_currency_id } = this.props.list.records[0]?.data || {};
        const currency = getCurrency(company_currency_id?.id);
        return super
            .getActiveColumns()
            .map((column) =>
                column.name === "amount_residual" && currency
                    ? { ...column, label: _t("In %s", currency.name) }
                    : column,
            );
    }

    get hasSelectors() {
        return (
            !this.env.isSmall &&
            this.props.archInfo.columns.some((column) => column.type === "button_group")
        );
    }

    get ticked() {
        return this.props.list.records.filter((record) => record.selected);
    }

    get selectAll() {
        const { records } = this.props.list;
        return Boolean(records.length) && this.ticked.length === records.length;
    }

    toggleSelection() {
        const selected = !this.selectAll;
        return Promise.all(
            this.props.list.records.map((record) => record.toggleSelection(selected)),
        );
    }
}

/** The open items of a debtor: tick some and act on them; sums per currency below. */
export class ArOpenItemsField extends X2ManyField {
    static template = "ar_collections.OpenItemsField";
    static components = { ...X2ManyField.components, ListRenderer: ArOpenItemsRenderer };

    setup() {
        super.setup();
        this.may = useState({ plan: false, pay: false });
        user.hasGroup(PLANS).then((may) => (this.may.plan = may));
        user.hasGroup("account.group_account_invoice").then((may) => (this.may.pay = may));
    }

    get mayPlan() {
        return this.may.plan;
    }

    get figures() {
        return this.props.record.data.live_figures || {};
    }

    /** The age the list is narrowed to by the aged bar; empty: all items are listed. */
    get bucketText() {
        const bucket = this.props.record.model.config.context[BUCKET];
        const index = BUCKETS.indexOf(bucket);
        return index > 0
            ? this.figures.bucket_labels?.[index - 1]
            : index === 0
              ? _t("Not due")
              : "";
    }

    showAll() {
        const { model } = this.props.record;
        const context = { ...model.config.context };
        delete context[BUCKET];
        return model.load({ context });
    }

    get ticked() {
        return this.list.records.filter((record) => record.selected);
    }

    get tickedText() {
        const sum = this.ticked.reduce((total, record) => total + record.data.amount_residual, 0);
        return _t("%(count)s ticked, %(amount)s", {
            count: this.ticked.length,
            amount: formatAmount(sum, this.figures.currency_id),
        });
    }

    /** "£ 35,120.00 in GBP and 4,180.00 € in EUR", where there is more than one currency. */
    get byCurrency() {
        const rows = this.figures.by_currency || [];
        const foreign = rows.some((row) => row.currency_id !== this.figures.currency_id);
        return foreign
            ? rows.map((row) =>
                  _t("%(amount)s in %(currency)s", {
                      amount: formatAmount(row.open_currency, row.currency_id),
                      currency: getCurrency(row.currency_id)?.name || "",
                  }),
              )
            : [];
    }

    get inOtherBranches() {
        const { in_other_branches: amount, currency_id } = this.figures;
        const digits = getCurrency(currency_id)?.digits?.[1] ?? 2;
        return Math.abs(amount || 0) < 0.5 * 10 ** -digits ? "" : formatAmount(amount, currency_id);
    }

    get lastPayment() {
        const date = this.props.record.data.last_payment_date;
        return date ? _t("The last payment came on %s.", toLocaleDateString(date)) : "";
    }

    /** Open the form that acts on the ticked items. */
    async actOnTicked(method) {
        const ids = this.ticked.map((record) => record.resId);
        const action = await this.env.services.orm.call("account.move.line", method, [ids]);
        return this.action.doAction(action, { onClose: () => this.props.record.load() });
    }
}

registry.category("fields").add("ar_open_items", {
    ...x2ManyField,
    component: ArOpenItemsField,
    displayName: _t("Open items of a debtor"),
    fieldDependencies: [{ name: "last_payment_date", type: "date" }],
});
