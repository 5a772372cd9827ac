import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { Layout } from "@web/search/layout";
import { SearchBar } from "@web/search/search_bar/search_bar";
import { useSetupAction } from "@web/search/action_hook";
import { KeepLast } from "@web/core/utils/concurrency";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { formatFloat } from "@web/views/fields/formatters";
import { wholeShares } from "@ar_collections/aged_bar/aged_bar";
import { ArAgeingCheckDialog } from "./ageing_check_dialog";
import { ArAgeingOptions } from "./ageing_options";
import { figure, keyOf, money, shortDate } from "./ageing_format";

const MODEL = "ar.collection.ageing";

/** Aged receivables: a tree of rows that are loaded when they are opened. */
export class ArAgeingTable extends Component {
    static template = "ar_collections.AgeingTable";
    static components = { ArAgeingOptions, Layout, SearchBar };
    static props = {
        domain: Array,
        display: Object,
        options: { type: Object, optional: true },
        local: { type: Object, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.last = new KeepLast();
        this.figure = figure;
        const local = this.props.local || {};
        this.options = local.options || this.props.options || { rows: ["collector", "debtor"] };
        this.state = useState({
            table: null,
            rows: [],
            check: undefined,
            hidden: local.hidden || { planned: true, held_other: true },
            busy: false,
        });
        useSetupAction({
            getLocalState: () => ({ options: this.options, hidden: { ...this.state.hidden } }),
        });
        onWillStart(() => this.load(this.props.domain));
        onWillUpdateProps((next) => {
            if (JSON.stringify(next.domain) !== JSON.stringify(this.props.domain)) {
                return this.load(next.domain);
            }
        });
    }

    async load(domain) {
        this.options = { ...this.options, domain };
        this.state.busy = true;
        try {
            const table = await this.last.add(this.orm.call(MODEL, "table", [this.options]));
            this.options = table.options;
            this.state.rows = table.rows;
            this.state.table = table;
        } finally {
            this.state.busy = false;
        }
        this.loadCheck();
    }

    /** The check reads the whole ledger: it comes after the figures. */
    async loadCheck() {
        const { day } = this.options;
        if (this.state.check?.day === day) {
            return;
        }
        this.state.check = undefined;
        const found = await this.orm.silent.call(MODEL, "check", [{ day }]);
        if (day === this.options.day) {
            this.state.check = { day, found };
        }
    }

    change(values) {
        this.options = { ...this.options, ...values };
        return this.load(this.options.domain);
    }

    sortBy(name) {
        const { sort, descending } = this.options;
        const first = name !== "name";
        return this.change({ sort: name, descending: sort === name ? !descending : first });
    }

    toggleColumn(name) {
        this.state.hidden[name] = !this.state.hidden[name];
    }

    // === ROWS === //
    get columns() {
        return this.state.table.columns.filter((column) => !this.state.hidden[column.name]);
    }

    /** The rows that are open, in order, each with its depth. */
    get rows() {
        const found = [];
        const visit = (rows, depth) => {
            for (const row of rows) {
                found.push({ row, depth, key: keyOf(row) });
                if (row.open) {
                    visit(row.children || [], depth + 1);
                    if (row.more) {
                        found.push({ more: row, depth: depth + 1, key: `more:${keyOf(row)}` });
                    }
                }
            }
        };
        visit(this.state.rows, 0);
        if (this.state.rows.length < this.state.table.count) {
            found.push({ more: null, depth: 0, key: "more" });
        }
        return found;
    }

    async toggle(row) {
        if (row.level === "item") {
            return;
        }
        row.open = !row.open;
        if (row.open && !row.children) {
            await this.loadMore(row);
        }
    }

    async loadMore(row) {
        const { state } = this;
        const known = (row ? row.children : state.rows) || [];
        const path = row ? row.path : [];
        const page = await this.orm.call(MODEL, "children", [path, this.options, known.length]);
        if (row) {
            row.children = [...known, ...page.rows];
            row.more = page.more;
        } else {
            state.rows = [...known, ...page.rows];
        }
    }

    amountText(row, column) {
        const currencyId =
            column.name === "company_total"
                ? this.state.table.company_currency_id
                : row.currency_id;
        const text = figure(row.amounts[column.name], currencyId);
        return row.level === "item" && text === "–" ? "" : text;
    }

    /** "due 28 Jun · £ 6,480.00" */
    detail(row) {
        const words = {
            due: _t("due %s"),
            original: _t("due %s"),
            invoice: _t("of %s"),
            agreed: _t("due %s"),
        };
        const date = words[this.options.basis].replace("%s", shortDate(row.date, this.options.day));
        return `${date} · ${money(row.open_currency, row.item_currency_id)}`;
    }

    totalText(column) {
        const { total, company_currency_id, currency_id } = this.state.table;
        return figure(
            total[column.name],
            column.name === "company_total" ? company_currency_id : currency_id,
        );
    }

    shareText(column) {
        const share = this.state.table.shares[column.bucket];
        return share ? `${formatFloat(share, { digits: [16, 1] })}%` : "";
    }

    get totalLabel() {
        const { debtors } = this.state.table;
        if (debtors === false) {
            return _t("Total");
        }
        return debtors === 1 ? _t("Total, 1 debtor") : _t("Total, %s debtors", debtors);
    }

    get summary() {
        const { count, items, computed_at } = this.state.table;
        const time = deserializeDateTime(computed_at.replace("T", " ").slice(0, 19));
        return _t("%(rows)s rows · %(items)s items · computed %(time)s", {
            rows: count,
            items,
            time: time.toLocaleString(luxon.DateTime.TIME_SIMPLE),
        });
    }

    get segments() {
        const { buckets, columns } = this.state.table;
        const shares = wholeShares(buckets.map((amount) => Math.max(amount, 0)));
        return buckets
            .map((amount, index) => ({
                index,
                amount,
                share: shares[index],
                name: columns[index].name,
                label: index ? _t("%s days", columns[index].label) : columns[index].label,
            }))
            .filter((segment) => segment.amount > 0);
    }

    /** On a telephone: the amounts of a row that are something, without its total. */
    parts(row) {
        return this.columns.filter(
            (column) => column.name !== "total" && this.amountText(row, column).match(/\d/),
        );
    }

    // === CHECK === //
    money(value) {
        return money(value, this.state.table.company_currency_id);
    }

    get accounts() {
        const { accounts } = this.state.check.found;
        return accounts
            .filter((account) => account.ledger)
            .map(
                (account) =>
                    `${account.code || account.name}: ${figure(account.ledger, this.state.table.company_currency_id)}`,
            )
            .join("; ");
    }

    showCheck() {
        this.dialog.add(ArAgeingCheckDialog, {
            check: this.state.check.found,
            day: this.options.day,
            currencyId: this.state.table.company_currency_id,
            openItems: () => this.showDifferences(),
        });
    }

    async showDifferences() {
        this.action.doAction(await this.orm.call(MODEL, "action_differences", [this.options]));
    }

    // === OPENING === //
    async openAmount(row, column) {
        if (row?.level === "item") {
            return this.openEntry(row);
        }
        const path = row ? row.path : [];
        const action = await this.orm.call(MODEL, "action_items", [
            path,
            column.name,
            this.options,
        ]);
        return this.action.doAction(action);
    }

    openEntry(row) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "account.move",
            res_id: row.move_id,
            views: [[false, "form"]],
        });
    }

    /** File or message: small ones at once, large ones by a job. */
    async export(kind) {
        const action = await this.orm.call(MODEL, "action_export", [kind, this.options]);
        return this.action.doAction(action);
    }
}
