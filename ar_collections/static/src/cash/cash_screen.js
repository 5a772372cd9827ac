import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { formatAmount } from "@ar_collections/core/amounts";
import { ArCashItems } from "./cash_items";
import { Choice } from "./cash_sums";

const MODEL = "ar.collection.credit";
const PAGE = 80;
const EDITABLE = "input:not([type=checkbox]), textarea, select, [contenteditable=true]";
const BUSY = "button, a, .o_ar_cash_candidate";

/** Where money is applied: credits at the left, the items of the debtor at the right. */
export class ArCashScreen extends Component {
    static template = "ar_collections.CashScreen";
    static components = { Layout, RecordSelector, ArCashItems };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.formatAmount = formatAmount;
        this.ids = this.props.action.params?.credit_ids || null;
        this.state = useState({
            show: "all",
            search: "",
            credits: [],
            count: 0,
            mayApply: false,
            currentId: null,
            open: null,
            choice: null,
            busy: false,
            loading: false,
        });
        this.asked = 0;
        this.search = useDebounced(() => this.load(), 300);
        onWillStart(() => this.load());
        this.useKeys();
    }

    useKeys() {
        const free = { isAvailable: (target) => !target.closest?.(EDITABLE) };
        useHotkey("j", () => this.move(1), { ...free, allowRepeat: true });
        useHotkey("k", () => this.move(-1), { ...free, allowRepeat: true });
        for (const key of ["1", "2", "3", "4", "5"]) {
            useHotkey(key, () => this.take(Number(key) - 1), free);
        }
        useHotkey("a", () => this.apply(), free);
        useHotkey("enter", () => this.apply(), {
            isAvailable: (target) => free.isAvailable(target) && !target.closest?.(BUSY),
        });
        useHotkey("control+enter", () => this.apply(), { bypassEditableProtection: true });
    }

    // === LEFT === //
    get filters() {
        return [
            ["all", _t("All")],
            ["claims", _t("With claims")],
            ["money", _t("Money only")],
            ["nobody", _t("Unidentified")],
        ];
    }

    async load(keepId = null) {
        const page = await this.orm.call(MODEL, "cash_list", [], {
            search: this.state.search,
            show: this.state.show,
            limit: PAGE,
            ids: this.ids,
        });
        Object.assign(this.state, {
            credits: page.credits,
            count: page.count,
            mayApply: page.may_apply,
        });
        const next = page.credits.find((row) => row.id === keepId) || page.credits[0];
        await this.select(next || null);
    }

    async more() {
        const page = await this.orm.call(MODEL, "cash_list", [], {
            search: this.state.search,
            show: this.state.show,
            limit: PAGE,
            offset: this.state.credits.length,
            ids: this.ids,
        });
        this.state.credits.push(...page.credits);
    }

    setFilter(show) {
        this.state.show = show;
        return this.load();
    }

    onSearch(ev) {
        this.state.search = ev.target.value;
        this.search();
    }

    markOf(row) {
        if (row.reserved) {
            return ["fa-lock", _t("Reserved"), "calm"];
        }
        if (row.proposal === "payment") {
            return ["fa-link", _t("Payment registered"), "info"];
        }
        if (row.proposal === "ambiguous") {
            return ["fa-question", _t("Several fit"), "warning"];
        }
        if (row.proposal === "match") {
            return row.exact
                ? ["fa-check", _t("Fits exactly"), "good"]
                : ["fa-adjust", _t("Fits with a difference"), "promised"];
        }
        return row.debtor
            ? ["fa-minus", _t("Nothing fits"), "calm"]
            : ["fa-user-o", _t("Who paid?"), "danger"];
    }

    date(text) {
        return formatDate(deserializeDate(text));
    }

    /** Until the credit is there, what is shown belongs to another one: nothing can be applied. */
    async select(row, partnerId = null) {
        const turn = ++this.asked;
        this.state.currentId = row ? row.id : null;
        if (!row) {
            Object.assign(this.state, { open: null, choice: null, loading: false });
            return;
        }
        this.state.loading = true;
        try {
            const open = await this.orm.call(MODEL, "cash_open", [[row.id]], {
                partner_id: partnerId,
            });
            if (turn === this.asked) {
                this.show(open, partnerId);
            }
        } finally {
            if (turn === this.asked) {
                this.state.loading = false; // else another was chosen meanwhile
            }
        }
    }

    show(open, partnerId) {
        const choice = new Choice(open.credit, open.items);
        if (open.proposal.kind === "match") {
            choice.take(open.proposal.answers[0]);
        }
        this.partnerId = open.debtor?.id || partnerId;
        Object.assign(this.state, { open, choice });
    }

    move(step) {
        const all = this.state.credits;
        const index = all.findIndex((row) => row.id === this.state.currentId);
        const next = all[Math.min(Math.max(index + step, 0), all.length - 1)];
        return next && next.id !== this.state.currentId ? this.select(next) : null;
    }

    // === RIGHT === //
    get open() {
        return this.state.open;
    }

    get choice() {
        return this.state.choice;
    }

    get sums() {
        return { applied: this.choice.applied, left: this.choice.left };
    }

    choosePartner(id) {
        const row = this.state.credits.find((credit) => credit.id === this.state.currentId);
        return this.select(row, id || null);
    }

    /** Take one of the answers that fit. */
    take(index) {
        const answer = this.open?.proposal.answers[index];
        if (answer && !this.state.loading) {
            this.choice.take(answer);
        }
    }

    answerText(answer) {
        const numbers = answer.allocations.map(([id]) => this.choice.byId.get(id)?.number || "");
        const shown = numbers.slice(0, 4).join(", ");
        return numbers.length > 4
            ? _t("%(numbers)s and %(count)s more", { numbers: shown, count: numbers.length - 4 })
            : shown;
    }

    get canApply() {
        const { open } = this;
        return Boolean(
            open &&
            this.state.mayApply &&
            !this.state.busy &&
            !this.state.loading &&
            this.sums.left >= 0 &&
            (Object.keys(this.choice.amounts).length ||
                (open.credit.kind === "bank" && this.partnerId)) &&
            this.choice.short.every(
                (item) =>
                    this.choice.kindOf(item) !== "deduction" ||
                    this.choice.rests[item.id].reason_id,
            ),
        );
    }

    get applyLabel() {
        const nothing = !Object.keys(this.choice.amounts).length;
        return nothing && this.open.credit.kind === "bank" ? _t("Put on account") : _t("Apply");
    }

    async apply() {
        if (!this.canApply) {
            return;
        }
        await this.send("cash_apply", { ...this.choice.message, partner_id: this.partnerId });
    }

    confirmPayment(paymentId) {
        return this.send("cash_confirm", { payment_id: paymentId });
    }

    async send(method, args) {
        const id = this.open.credit.id;
        const index = this.state.credits.findIndex((row) => row.id === id);
        this.state.busy = true;
        try {
            const done = await this.orm.call(MODEL, method, [[id]], args);
            this.notification.add(done.message, {
                type: "success",
                buttons: [{ name: _t("Undo"), onClick: () => this.undo(done.id, id) }],
            });
            const next = this.state.credits[index + 1] || this.state.credits[index - 1];
            await this.load(next?.id);
        } finally {
            this.state.busy = false; // not before the next one is open: a key pressed twice
        }
    }

    async undo(applicationId, creditId) {
        const told = await this.orm.call("ar.collection.application", "action_undo", [
            [applicationId],
        ]);
        if (told?.params) {
            const { message, title, type, sticky } = told.params;
            this.notification.add(message, { title, type, sticky });
        }
        await this.load(creditId);
    }

    async applyExact() {
        const action = await this.orm.call(
            "ar.collection.application.batch",
            "action_preview",
            [],
            this.ids ? { credit_ids: this.ids } : {},
        );
        return this.action.doAction(action);
    }

    openDocument() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: MODEL,
            res_id: this.state.currentId,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("ar_collections.cash", ArCashScreen);
