import { _t } from "@web/core/l10n/translation";

/** Kinds of hold, in the order in which they count, with the figure of a debtor. */
export const HELD = [
    { figure: "disputed", label: _t("Disputed"), tone: "disputed", icon: "fa-flag-o" },
    { figure: "planned", label: _t("On plan"), tone: "info", icon: "fa-tasks" },
    { figure: "promised", label: _t("Promised"), tone: "promised", icon: "fa-calendar-check-o" },
    { figure: "held_other", label: _t("Held"), tone: "calm", icon: "fa-pause" },
];

export const BUCKETS = ["not_due", "bucket_1", "bucket_2", "bucket_3", "bucket_4", "bucket_5"];

/**
 * The held parts of a debtor, the largest first.
 *
 * @param {Object} figures values by name of the figure
 */
export function heldParts(figures) {
    return HELD.map((kind) => ({ ...kind, amount: figures[kind.figure] || 0 }))
        .filter((part) => part.amount)
        .sort((a, b) => b.amount - a.amount);
}
