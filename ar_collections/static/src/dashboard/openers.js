import { deserializeDate, serializeDate, serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

/**
 * What opens the records behind each element of the dashboard.
 *
 * @param {Component} dashboard
 */
export function openers(dashboard) {
    const show = (name, model, domain, views = ["list", "form"], context = {}) =>
        dashboard.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: views.map((view) => [false, view]),
            domain,
            context,
        });
    const scope = () => dashboard.state.data.domain;
    const company = () => [["company_id", "=", dashboard.state.data.company.id]];
    const period = (field) => [
        [field, ">=", dashboard.state.data.period.from],
        [field, "<=", dashboard.state.data.period.to],
    ];
    const debtors = (name, domain) => show(name, "ar.collection", [...scope(), ...domain]);
    const snapshots = (name, domain) =>
        show(name, "ar.collection.snapshot", [...company(), ...domain], ["list"]);

    /** The debtors of the filters, and of a collector (false: of nobody) where one is given. */
    const whose = (userId) =>
        userId === undefined ? scope() : [...scope(), ["user_id", "=", userId]];
    /** The month so far, the table of the collectors tells it. */
    const month = (field) => {
        const last = deserializeDate(dashboard.state.data.today);
        return [
            [field, ">=", serializeDate(last.startOf("month"))],
            [field, "<=", serializeDate(last)],
        ];
    };
    const moments = (field) => {
        const today = deserializeDate(dashboard.state.data.today);
        return [
            [field, ">=", serializeDateTime(today.startOf("month"))],
            [field, "<", serializeDateTime(today.plus({ days: 1 }))],
        ];
    };
    /** Money of the month so far that is matched with claims. */
    const money = (name, userId) =>
        show(
            name,
            "account.move.line",
            [
                ["company_id", "child_of", dashboard.state.data.company.id],
                ["parent_state", "=", "posted"],
                ["account_type", "=", "asset_receivable"],
                ["account_id.non_trade", "=", false],
                ["journal_id.type", "in", ["bank", "cash", "credit"]],
                ["matched_debit_ids", "!=", false],
                ["partner_id.commercial_partner_id.ar_collection_ids", "any", whose(userId)],
                ...month("date"),
            ],
            ["list", "form"],
        );

    return {
        debtor: (id) =>
            dashboard.action.doAction({
                type: "ir.actions.act_window",
                res_model: "ar.collection",
                res_id: id,
                views: [[false, "form"]],
            }),
        record: (model, id) =>
            dashboard.action.doAction({
                type: "ir.actions.act_window",
                res_model: model,
                res_id: id,
                views: [[false, "form"]],
                target: "current",
            }),
        debtors,
        bucket: (number) => {
            const bar = dashboard.state.data.ageing.bars[number];
            return debtors(_t("Ageing: %s", bar.label), [[bar.figure, ">", 0]]);
        },
        tile: (tile) => {
            switch (tile.code) {
                case "overdue_share":
                    return debtors(tile.name, [["total_overdue", ">", 0]]);
                case "promises_kept":
                    return show(
                        tile.name,
                        "ar.collection.promise",
                        [["collection_id", "any", scope()], ...period("judged_on")],
                        ["list", "form"],
                    );
                case "collected":
                    return money(tile.name);
            }
            return snapshots(tile.name, [["collection_id", "=", false]]);
        },
        month: (number) => {
            const row = dashboard.state.data.trend.rows[number];
            const first = deserializeDate(row.month);
            return snapshots(row.label, [
                ["collection_id", "=", false],
                ["date", ">=", row.month],
                ["date", "<=", serializeDate(first.endOf("month"))],
            ]);
        },
        roll: () => {
            const today = deserializeDate(dashboard.state.data.today);
            const last = today.startOf("month").minus({ days: 1 });
            const before = last.startOf("month").minus({ days: 1 });
            return snapshots(_t("Month ends of the debtors"), [
                ["collection_id", "!=", false],
                ["month_end", "=", true],
                ["date", "in", [serializeDate(before), serializeDate(last)]],
            ]);
        },
        week: (number, kind) => {
            const week = dashboard.state.data.cash.weeks[number];
            return show(
                _t("Expected in the week of %s", week.label),
                "ar.collection.forecast",
                [
                    ["collection_id", "any", scope()],
                    ["week", "=", week.week],
                    ["kind", "=", kind],
                ],
                ["list"],
            );
        },
        unplaced: (kind, name) =>
            show(
                name,
                "ar.collection.forecast",
                [
                    ["collection_id", "any", scope()],
                    ["kind", "=", kind],
                ],
                ["list"],
            ),
        disputes: (reasonId, name) =>
            show(name || _t("Disputes"), "ar.collection.dispute", [
                ["collection_id", "any", scope()],
                ...(reasonId ? [["reason_id", "=", reasonId]] : []),
                ["state", "in", ["new", "investigating", "waiting"]],
                ["kind", "!=", "query"],
            ]),
        largest: () =>
            debtors(_t("Largest debtors"), [
                ["id", "in", dashboard.state.data.largest.rows.map((row) => row.id)],
            ]),
        due: () => {
            const { today, due } = dashboard.state.data;
            const days = [
                ["date", ">=", today],
                ["date", "<=", due.to],
            ];
            return debtors(_t("Promises and instalments coming due"), [
                "|",
                ["promise_ids", "any", [["state", "=", "open"], ...days]],
                "&",
                ["plan_ids.state", "=", "active"],
                ["plan_ids.line_ids", "any", [["state", "not in", ["paid", "credited"]], ...days]],
            ]);
        },
        team: () => debtors(_t("Team"), [["collectable", ">", 0]]),
        /** What a collector (or the team) did in the month, and what the debtors owe. */
        done: (figure, row) => {
            const isTotal = !("user_id" in row);
            const userId = isTotal ? undefined : row.user_id || false;
            const name = row.name || _t("Team");
            const own = isTotal ? [] : [["user_id", "=", userId]];
            const of = ["collection_id", "any", isTotal ? scope() : company()];
            switch (figure) {
                case "attempts":
                case "reached":
                    return show(name, "ar.collection.call", [
                        of,
                        ...own,
                        ["is_attempt", "=", true],
                        ...(figure === "reached" ? [["right_party", "=", true]] : []),
                        ...moments("date"),
                    ]);
                case "promises":
                    return show(name, "ar.collection.promise", [
                        of,
                        ...own,
                        ["state", "!=", "cancelled"],
                        ...month("given_on"),
                    ]);
                case "kept":
                    return show(name, "ar.collection.promise", [
                        of,
                        ...own,
                        ["state", "in", ["kept", "partial", "broken"]],
                        ...month("judged_on"),
                    ]);
                case "collected":
                    return money(name, userId);
            }
            return debtors(name, isTotal ? [] : [["user_id", "=", userId]]);
        },
        collector: (row) => debtors(row.name, [["user_id", "=", row.user_id || false]]),
        effect: (row) =>
            row.kind === "call"
                ? show(row.name, "ar.collection.call", [
                      ["collection_id", "any", company()],
                      ...period("date"),
                  ])
                : show(row.name, "ar.collection.notice", [
                      ...company(),
                      ["level_id", "=", row.level_id],
                      ["state", "=", "sent"],
                      ...period("date"),
                  ]),
    };
}
