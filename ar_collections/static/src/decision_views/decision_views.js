import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { channelOf } from "@ar_collections/core/channels";
import { ArRunBanner } from "./run_banner";

/** Run whose decisions are listed: named by the action, else that of the first row. */
function runOf(list) {
    const [record] = list.records || [];
    return list.context.ar_collections_run_id || record?.data.run_id?.id;
}

/** Decisions with what the run concluded in all above them. */
export class ArDecisionListRenderer extends ListRenderer {
    static template = "ar_collections.DecisionListRenderer";
    static components = { ...ListRenderer.components, ArRunBanner };

    get runId() {
        return runOf(this.props.list);
    }
}

export class ArDecisionKanbanRenderer extends KanbanRenderer {
    static template = "ar_collections.DecisionKanbanRenderer";
    static components = { ...KanbanRenderer.components, ArRunBanner };

    get runId() {
        return runOf(this.props.list);
    }

    /** By conclusion the most serious comes first, as in the list. */
    getGroupsOrRecords() {
        const items = super.getGroupsOrRecords();
        if (this.props.list.groupByField?.name !== "conclusion") {
            return items;
        }
        const rank = ({ group }) => {
            const { level_delay, reason_rank } = group.list.records[0]?.data || {};
            return reason_rank < 0 ? -level_delay : 1e6 + reason_rank;
        };
        return items.sort((a, b) => rank(a) - rank(b));
    }
}

/** Channels of a notice, as icons with their names. */
export class ArChannelsField extends Component {
    static template = "ar_collections.ChannelsField";
    static props = { ...standardFieldProps };

    get channels() {
        const value = this.props.record.data[this.props.name] || "";
        return value.split(",").filter(Boolean).map(channelOf);
    }
}

registry.category("fields").add("ar_channels", {
    component: ArChannelsField,
    displayName: _t("Channels"),
    supportedTypes: ["char"],
});
registry.category("views").add("ar_decision_list", {
    ...listView,
    Renderer: ArDecisionListRenderer,
});
registry.category("views").add("ar_decision_kanban", {
    ...kanbanView,
    Renderer: ArDecisionKanbanRenderer,
});
