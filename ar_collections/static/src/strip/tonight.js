import { Component, onMounted, status, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { formatAmount } from "@ar_collections/core/amounts";

/** The last answer, kept for as long as asking again would be out of proportion. */
let answer = null;
const PROPORTION = 60;

async function askTonight(orm) {
    const company = user.activeCompany.id;
    const now = Date.now();
    if (answer?.company !== company || now > answer.until) {
        const tonight = await orm.silent.call("ar.collection.run", "tonight", []);
        const until = Date.now() + PROPORTION * (Date.now() - now);
        answer = { company, tonight, until };
    }
    return answer.tonight;
}

const MANAGER = "ar_collections.group_ar_collection_manager";

/**
 * What tonight's run would send, in one sentence, while nothing leaves by itself: a manager
 * looks at it or sends it. Asked for after the first paint; it never delays the list.
 */
export class ArTonight extends Component {
    static template = "ar_collections.Tonight";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ tonight: null });
        onMounted(() => this.load());
    }

    async load() {
        const isManager = await user.hasGroup(MANAGER);
        if (isManager && status(this) === "mounted") {
            const tonight = await askTonight(this.orm);
            this.state.tonight = tonight.automatic ? null : tonight;
        }
    }

    get amount() {
        const { amount, currency_id } = this.state.tonight;
        return formatAmount(amount, currency_id);
    }

    get sentence() {
        const { count } = this.state.tonight;
        if (!count) {
            return _t("Tonight no customer would be reminded.");
        }
        return count === 1
            ? _t("Tonight 1 customer would be reminded of %s.", this.amount)
            : _t("Tonight %(count)s customers would be reminded of %(amount)s.", {
                  count,
                  amount: this.amount,
              });
    }

    async look() {
        return this.action.doAction(await this.orm.call("ar.collection.run", "action_look", []));
    }

    /** Before the first notices leave, somebody says where old debt starts. */
    catchUp() {
        answer = null;
        return this.action.doAction("ar_collections.ar_collection_policy_catch_up_action");
    }

    send() {
        if (this.state.tonight.catch_up) {
            return this.catchUp();
        }
        const { levels, currency_id } = this.state.tonight;
        const lines = (levels || []).map((level) =>
            _t("%(level)s: %(count)s, %(amount)s%(approval)s", {
                level: level.name,
                count: level.count,
                amount: formatAmount(level.amount, currency_id),
                approval: level.automatic ? "" : _t(", waits for approval"),
            }),
        );
        this.dialog.add(ConfirmationDialog, {
            title: _t("Send tonight's notices now?"),
            body: [this.sentence, "", ...lines].join("\n"),
            confirmLabel: _t("Send now"),
            confirm: async () => {
                answer = null;
                const action = await this.orm.call("ar.collection.run", "action_run_now", []);
                return this.action.doAction(action);
            },
            cancel: () => {},
        });
    }
}
