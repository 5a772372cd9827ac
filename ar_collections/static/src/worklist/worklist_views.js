import { onMounted } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { ArCollectionListRenderer } from "@ar_collections/collection_views/collection_views";
import { ArDayStrip } from "./day_strip";
import { ArKeysBar } from "./keys_dialog";
import { useWorklist } from "./worklist_hook";

/** What the groups of the worklist are, in a few words. */
export const HINTS = {
    callback: _t("a fixed time outranks any score"),
    broken: _t("a promise was not kept, nothing new was agreed"),
    priority: _t("pinned ones, then highest score first"),
    follow_up: _t("something to check, no call needed yet"),
    snoozed: _t("back on their day"),
};

/** The collector's day: current row, keys, quick actions, counters. */
export class ArWorklistRenderer extends ArCollectionListRenderer {
    static template = "ar_collections.WorklistRenderer";
    static components = { ...ArCollectionListRenderer.components, ArDayStrip, ArKeysBar };
    static groupRowTemplate = "ar_collections.WorklistGroupRow";

    setup() {
        super.setup();
        this.worklist = useWorklist(
            () => this.props.list,
            (record) => this.props.openRecord(record),
        );
        onMounted(() => this.worklist.state.currentId || this.worklist.move(0));
    }

    get dayVersion() {
        return this.worklist.state.version;
    }

    groupHint(group) {
        return group.groupByField.name === "worklist_group" ? HINTS[group.value] || "" : "";
    }

    /** The name of a group takes the room up to its first sum. */
    getFirstAggregateIndex(group) {
        const index = this.columns.findIndex((column) => column.name === "net_collectable");
        return group && index > -1 ? index : super.getFirstAggregateIndex(group);
    }

    formatGroupAggregate(group, column) {
        const isSum = this.fields[column.name].aggregator === "sum";
        return isSum ? super.formatGroupAggregate(group, column) : { value: "" };
    }

    getRowClass(record) {
        const current = this.worklist.isCurrent(record) ? " o_ar_current" : "";
        return super.getRowClass(record) + current;
    }

    async onCellClicked(record, ...args) {
        this.worklist.setCurrent(record);
        return super.onCellClicked(record, ...args);
    }
}

export class ArWorklistController extends ListController {
    setup() {
        super.setup();
        this.env.config.disableSearchBarAutofocus = true; // letters are keys here
    }
}

registry.category("views").add("ar_worklist", {
    ...listView,
    Controller: ArWorklistController,
    Renderer: ArWorklistRenderer,
});
