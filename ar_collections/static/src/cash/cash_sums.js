import { markRaw } from "@odoo/owl";
import { getCurrency } from "@web/core/currency";

/** Amounts are compared and shown at the decimals of their currency. */
export function round(amount, currencyId) {
    const digits = getCurrency(currencyId)?.digits?.[1] ?? 2;
    return Number(Math.round(Number(`${amount}e${digits}`)) + `e-${digits}`) || 0;
}

/** Where the rest of an item may go that was not paid. */
export const SHORT_KINDS = ["open", "deduction", "write_off", "bank_charge", "discount"];

let made = 0;

/**
 * The choice of a person: item -> amount in its currency, and where the rest of each goes. Amounts
 * and rests are watched by whoever shows them; what was read from the server does not change.
 */
export class Choice {
    constructor(credit, items) {
        this.key = ++made;
        this.credit = markRaw(credit);
        this.items = markRaw(items);
        this.byId = markRaw(new Map(items.map((item) => [item.id, item])));
        this.amounts = {};
        this.rests = {};
    }

    clear() {
        this.amounts = {};
        this.rests = {};
    }

    /** Take over what was proposed; all of it, or nothing where an item is not shown to the reader. */
    take(answer) {
        this.clear();
        if (answer.allocations.some(([id]) => !this.byId.has(id))) {
            return;
        }
        for (const [id, amount] of answer.allocations) {
            this.amounts[id] = amount;
        }
        for (const row of answer.differences) {
            if (row.line_id) {
                this.rests[row.line_id] = { kind: row.kind, reason_id: false };
            }
        }
    }

    /** An amount of an item in the currency of the credit. */
    inCredit(item, amount) {
        return round(amount * item.rate, this.credit.currency_id);
    }

    get applied() {
        let sum = 0;
        for (const [id, amount] of Object.entries(this.amounts)) {
            sum += this.inCredit(this.byId.get(Number(id)), amount);
        }
        return round(sum, this.credit.currency_id);
    }

    /** What is left of the money; below zero: more is ticked than came in. */
    get left() {
        return round(this.credit.amount - this.applied, this.credit.currency_id);
    }

    isTicked(item) {
        return item.id in this.amounts;
    }

    /** Tick an item with what is left of the money, at most what is open of it. */
    toggle(item) {
        if (this.isTicked(item)) {
            delete this.amounts[item.id];
            delete this.rests[item.id];
            return;
        }
        let amount = item.open;
        if (item.open > 0 && this.left > 0 && this.inCredit(item, item.open) > this.left) {
            amount = round(this.left / item.rate, item.currency_id);
        }
        this.amounts[item.id] = amount;
    }

    /** @returns {boolean} whether the amount can be meant */
    set(item, amount) {
        const sign = item.open < 0 ? -1 : 1;
        const value = round(sign * Math.abs(amount), item.currency_id);
        if (!value) {
            delete this.amounts[item.id];
            delete this.rests[item.id];
        } else {
            this.amounts[item.id] = Math.abs(value) > Math.abs(item.open) ? item.open : value;
        }
        return Math.abs(value) <= Math.abs(item.open);
    }

    /** What is not paid of a ticked item. */
    rest(item) {
        return round(item.open - this.amounts[item.id], item.currency_id);
    }

    /** Ticked items that are not paid in full. */
    get short() {
        return this.items.filter((item) => this.isTicked(item) && this.rest(item) > 0);
    }

    kindOf(item) {
        return this.rests[item.id]?.kind || "open";
    }

    /** What the server is told. */
    get message() {
        const differences = this.short.map((item) => ({
            kind: this.kindOf(item),
            line_id: item.id,
            amount: this.rest(item),
            reason_id: this.rests[item.id]?.reason_id || false,
        }));
        if (this.left > 0) {
            differences.push({ kind: "on_account", line_id: false, amount: this.left });
        }
        const allocations = Object.entries(this.amounts).map(([id, amount]) => [
            Number(id),
            amount,
        ]);
        return { allocations, differences };
    }
}
