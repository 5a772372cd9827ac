import { RottingKanbanHeader } from "@mail/js/rotting_mixin/rotting_kanban_header";
import { rottingKanbanView } from "@mail/js/rotting_mixin/rotting_kanban_view";
import { registry } from "@web/core/registry";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { ArStrip } from "@ar_collections/strip/strip";

export class ArCollectionListRenderer extends ListRenderer {
    static template = "ar_collections.CollectionListRenderer";
    static components = { ...ListRenderer.components, ArStrip };
}

/** The head of a column also counts its debtors. */
export class ArCollectionKanbanHeader extends RottingKanbanHeader {
    static template = "ar_collections.CollectionKanbanHeader";
}

export class ArCollectionKanbanRenderer extends rottingKanbanView.Renderer {
    static template = "ar_collections.CollectionKanbanRenderer";
    static components = {
        ...rottingKanbanView.Renderer.components,
        ArStrip,
        KanbanHeader: ArCollectionKanbanHeader,
    };
}

registry.category("views").add("ar_collection_list", {
    ...listView,
    Renderer: ArCollectionListRenderer,
});
registry.category("views").add("ar_collection_kanban", {
    ...rottingKanbanView,
    Renderer: ArCollectionKanbanRenderer,
});
