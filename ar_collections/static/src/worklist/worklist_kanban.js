import { useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanRecord } from "@web/views/kanban/kanban_record";
import { rottingKanbanView } from "@mail/js/rotting_mixin/rotting_kanban_view";
import {
    ArCollectionKanbanHeader,
    ArCollectionKanbanRenderer,
} from "@ar_collections/collection_views/collection_views";
import { formatAmount } from "@ar_collections/core/amounts";
import { ArDayStrip } from "./day_strip";
import { inUseByOther, useWorklist } from "./worklist_hook";

/** Pixels a finger moves to the left to snooze. */
const SWIPE = 80;

/** A card: on a phone the first tap makes it current, the next opens it; swipe left: snooze. */
export class ArWorklistRecord extends KanbanRecord {
    setup() {
        super.setup();
        this.shared = useState(this.env.arWorklist.state);
    }

    get isCurrent() {
        return this.shared.currentId === this.props.record.resId;
    }

    onGlobalClick(ev, ...args) {
        if (this.env.isSmall && !this.isCurrent) {
            return this.env.arWorklist.setCurrent(this.props.record);
        }
        return super.onGlobalClick(ev, ...args);
    }

    getRecordClasses() {
        return super.getRecordClasses() + (this.isCurrent ? " o_ar_current" : "");
    }
}

/** Name, number of debtors and what they owe. */
export class ArWorklistKanbanHeader extends ArCollectionKanbanHeader {
    static template = "ar_collections.WorklistKanbanHeader";

    get sum() {
        const { net_collectable: sum, currency_id: currencies } = this.group.aggregates;
        return sum === undefined ? "" : formatAmount(sum, (currencies || [])[0]);
    }
}

export class ArWorklistKanbanRenderer extends ArCollectionKanbanRenderer {
    static template = "ar_collections.WorklistKanbanRenderer";
    static components = {
        ...ArCollectionKanbanRenderer.components,
        ArDayStrip,
        KanbanHeader: ArWorklistKanbanHeader,
        KanbanRecord: ArWorklistRecord,
    };

    setup() {
        super.setup();
        this.worklist = useWorklist(
            () => this.props.list,
            (record) => this.props.openRecord(record),
        );
        this.touch = null;
    }

    get first() {
        return this.worklist.first();
    }

    get firstName() {
        return this.first.data.display_name || this.first.data.partner_id?.display_name || "";
    }

    startCalling() {
        return this.worklist.act(this.first, "action_log_call");
    }

    onTouchStart(ev) {
        const card = ev.target.closest(".o_kanban_record");
        const [touch] = ev.touches;
        this.touch = card && { id: card.dataset.id, x: touch.clientX, y: touch.clientY };
    }

    onTouchEnd(ev) {
        const [end] = ev.changedTouches;
        const start = this.touch;
        this.touch = null;
        if (
            !start ||
            start.x - end.clientX < SWIPE ||
            Math.abs(start.y - end.clientY) > SWIPE / 2
        ) {
            return;
        }
        const record = this.recordOf(start.id);
        if (record && this.worklist.state.mayAct && !inUseByOther(record)) {
            this.worklist.act(record, "action_snooze");
        }
    }

    recordOf(id) {
        const { list } = this.props;
        const records = list.isGrouped
            ? list.groups.flatMap((group) => group.list.records)
            : list.records;
        return records.find((record) => record.id === id);
    }
}

export class ArWorklistKanbanController extends KanbanController {
    setup() {
        super.setup();
        this.env.config.disableSearchBarAutofocus = true; // letters are keys here
    }
}

registry.category("views").add("ar_worklist_kanban", {
    ...rottingKanbanView,
    Controller: ArWorklistKanbanController,
    Renderer: ArWorklistKanbanRenderer,
});
