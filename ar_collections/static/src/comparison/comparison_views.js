import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
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

export class ArComparisonListRenderer extends ListRenderer {
    static template = "ar_collections.ComparisonListRenderer";
    static components = { ...ListRenderer.components, ArComparisonBanner };

    get runId() {
        const { context, records } = this.props.list;
        return context.ar_collections_run_id || records?.[0]?.data.run_id?.id;
    }
}

registry.category("views").add("ar_comparison_list", {
    ...listView,
    Renderer: ArComparisonListRenderer,
});
