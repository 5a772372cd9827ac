import { Component } from "@odoo/owl";
import { toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { formatAmount } from "@ar_collections/core/amounts";
import { heldParts } from "@ar_collections/core/figures";

const { DateTime } = luxon;

/** The one most important fact of a debtor. */
export class ArFact extends Component {
    static template = "ar_collections.Fact";
    static props = { ...standardWidgetProps };

    get fact() {
        const data = this.props.record.data;
        return this.actionDue(data) || this.held(data) || this.level(data) || this.credit(data);
    }

    actionDue({ next_action, next_action_date }) {
        if (next_action && next_action_date && next_action_date <= DateTime.now()) {
            return { tone: "danger", icon: "fa-clock-o", text: next_action };
        }
    }

    held(data) {
        const [part] = heldParts(data);
        if (part && !data.collectable) {
            const amount = formatAmount(part.amount, data.currency_id?.id);
            return { tone: part.tone, icon: part.icon, text: `${part.label} ${amount}` };
        }
    }

    level({ level_id, level_tone, last_notice_date }) {
        if (level_id) {
            const day = last_notice_date ? `, ${toLocaleDateString(last_notice_date)}` : "";
            return {
                tone: level_tone || "calm",
                icon: "fa-envelope-o",
                text: level_id.display_name + day,
            };
        }
    }

    credit({ unapplied_credit, currency_id }) {
        if (unapplied_credit) {
            const amount = formatAmount(unapplied_credit, currency_id?.id);
            return { tone: "promised", icon: "fa-money", text: _t("Credit %s", amount) };
        }
    }
}

/** Time in stage; "too long" in words and colour. */
export class ArStageTime extends Component {
    static template = "ar_collections.StageTime";
    static props = { ...standardWidgetProps };

    get rotting() {
        return this.props.record.data.is_rotting;
    }

    get text() {
        const since = this.props.record.data.date_last_stage_update;
        const days = since ? Math.floor(DateTime.now().diff(since, "days").days) : 0;
        if (this.rotting) {
            return _t("%s d, too long", days);
        }
        return days > 0 ? _t("%s d in stage", days) : _t("since today");
    }
}

registry.category("view_widgets").add("ar_fact", { component: ArFact });
registry.category("view_widgets").add("ar_stage_time", { component: ArStageTime });
