import { serializeDate, deserializeDate } from "@web/core/l10n/dates";
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
                    return show(
                        tile.name,
                        "account.payment",
                        [["payment_type", "=", "inbound"], ...period("date")],
                        ["list", "form"],
                    );
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
            show(name, "ar.collection.dispute", [
                ["collection_id", "any", scope()],
                ...(reasonId ? [["reason_id", "=", reasonId]] : []),
                ["state", "not in", ["resolved", "rejected"]],
            ]),
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
