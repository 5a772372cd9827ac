import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { ArTable } from "@ar_collections/table/table_field";

/** Above the debtors of a comparison: what A and B are, and both by level. */
export class ArComparisonBanner extends Component {
    static template = "ar_collections.ComparisonBanner";
    static components = { ArTable };
    static props = { runId: { type: Number } };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ table: null });
        onWillStart(async () => {
            const [run] = await this.orm.read(
                "ar.collection.run",
                [this.props.runId],
                ["comparison"],
            );
            this.state.table = run.comparison;
        });
    }

    async exportXlsx() {
        return this.action.doAction(
            await this.orm.call("ar.collection.run", "action_export", [[this.props.runId]]),
        );
    }
}

/** Simulation B, named by the action, else that of the first row. */
function runOf(list) {
    return list.context.ar_collections_run_id || list.records?.[0]?.data.run_id?.id;
}

export class ArComparisonListRenderer extends ListRenderer {
    static template = "ar_collections.ComparisonListRenderer";
    static components = { ...ListRenderer.components, ArComparisonBanner };

    get runId() {
        return runOf(this.props.list);
    }
}

export class ArComparisonKanbanRenderer extends KanbanRenderer {
    static template = "ar_collections.ComparisonKanbanRenderer";
    static components = { ...KanbanRenderer.components, ArComparisonBanner };

    get runId() {
        return runOf(this.props.list);
    }
}

registry.category("views").add("ar_comparison_list", {
    ...listView,
    Renderer: ArComparisonListRenderer,
});
registry.category("views").add("ar_comparison_kanban", {
    ...kanbanView,
    Renderer: ArComparisonKanbanRenderer,
});
