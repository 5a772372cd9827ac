import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatAmount } from "@ar_collections/core/amounts";
import { channelOf } from "@ar_collections/core/channels";

/** What a run concluded, as tiles: debtors looked at, each level, notices in total, channels. */
export class ArRunSummary extends Component {
    static template = "ar_collections.RunSummary";
    static props = {
        summary: { type: Object },
        currencyId: { type: Number },
    };

    get tiles() {
        const { debtors, notices, none, claim, levels } = this.props.summary;
        const amount = (value) => formatAmount(value, this.props.currencyId);
        return [
            {
                label: _t("Debtors looked at"),
                count: debtors,
                hint: _t("%(notices)s notices, %(none)s none", {
                    notices,
                    none,
                }),
            },
            ...levels.map((level) => ({
                label: level.name,
                count: level.count,
                amount: amount(level.claim),
                hint: level.automatic ? _t("sent by itself") : _t("waits for approval"),
                waits: !level.automatic,
            })),
            {
                label: _t("Notices in total"),
                count: notices,
                amount: amount(claim),
                hint: _t("credits are deducted"),
            },
        ];
    }

    get channels() {
        return (this.props.summary.channels || []).map(([name, count]) => ({
            ...channelOf(name),
            count,
        }));
    }

    get channelNames() {
        return this.channels.map((channel) => channel.label).join(", ");
    }
}

export class ArRunSummaryField extends Component {
    static template = "ar_collections.RunSummaryField";
    static components = { ArRunSummary };
    static props = { ...standardFieldProps };

    get summary() {
        return this.props.record.data[this.props.name];
    }

    get currencyId() {
        return this.props.record.data.currency_id.id;
    }

    overdue(reason) {
        return formatAmount(reason.overdue, this.currencyId);
    }
}

registry.category("fields").add("ar_run_summary", {
    component: ArRunSummaryField,
    displayName: _t("Summary of a run"),
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "currency_id", type: "many2one", relation: "res.currency" }],
});
