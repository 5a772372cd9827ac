import { Component, onWillStart, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { deserializeDate, deserializeDateTime, toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formatAmount } from "@ar_collections/core/amounts";
import { formatMoment } from "@ar_collections/core/moments";
import { ArRunSummary } from "./run_summary";

const MANAGER = "ar_collections.group_ar_collection_manager";
const FIELDS = [
    "simulation",
    "policy_ids",
    "date",
    "create_date",
    "warning",
    "state",
    "summary",
    "currency_id",
];

/** Above the decisions of a run: is it a simulation, what leaves, and the button to run. */
export class ArRunBanner extends Component {
    static template = "ar_collections.RunBanner";
    static components = { ArRunSummary };
    static props = { runId: { type: Number } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ run: null, isManager: false });
        onWillStart(async () => {
            const [[run], isManager] = await Promise.all([
                this.orm.read("ar.collection.run", [this.props.runId], FIELDS),
                user.hasGroup(MANAGER),
            ]);
            Object.assign(this.state, { run, isManager });
        });
    }

    get run() {
        return this.state.run;
    }

    get explanation() {
        if (this.run.policy_ids.length) {
            return _t("It shows the day as if only the policies of its title were in force.");
        }
        return _t(
            "It shows what the run of %(day)s would decide with the ledger as it was then (%(time)s).",
            {
                day: toLocaleDateString(deserializeDate(this.run.date)),
                time: formatMoment(deserializeDateTime(this.run.create_date)),
            },
        );
    }

    get currencyId() {
        return this.run.currency_id[0];
    }

    get canRun() {
        return (
            this.run.simulation &&
            this.state.isManager &&
            !this.run.policy_ids.length &&
            this.run.summary.notices > 0 &&
            deserializeDate(this.run.date).hasSame(luxon.DateTime.now(), "day")
        );
    }

    runNow() {
        const lines = this.run.summary.levels.map((level) => {
            const values = {
                level: level.name,
                count: level.count,
                amount: formatAmount(level.claim, this.currencyId),
            };
            return level.automatic
                ? _t("%(level)s: %(count)s over %(amount)s leave now.", values)
                : _t("%(level)s: %(count)s over %(amount)s wait for your approval.", values);
        });
        lines.push("", _t("Each is decided anew from the ledger before it leaves."));
        this.dialog.add(ConfirmationDialog, {
            title: _t("Run now?"),
            body: lines.join("\n"),
            confirmLabel: _t("Run now"),
            confirm: async () =>
                this.action.doAction(
                    await this.orm.call("ar.collection.run", "action_run_now", []),
                    {
                        clearBreadcrumbs: false,
                    },
                ),
            cancel: () => {},
        });
    }

    async exportXlsx() {
        return this.action.doAction(
            await this.orm.call("ar.collection.run", "action_export", [[this.props.runId]]),
        );
    }

    async openNotices() {
        return this.action.doAction(
            await this.orm.call("ar.collection.run", "action_open_notices", [[this.props.runId]]),
        );
    }
}
