import { registry } from "@web/core/registry";

/** A collector asks for the write-off of a ticked item; nothing is booked yet. */
registry.category("web_tour.tours").add("ar_write_off_asked", {
    url: "/odoo/action-ar_collections.ar_collection_action_worklist",
    steps: () => [
        {
            content: "Open the debtor",
            trigger: ".o_data_row:contains('Alpha') td[name='partner_id']",
            run: "click",
        },
        {
            content: "Tick the first item",
            trigger:
                ".o_field_widget[name='item_ids'] .o_data_row:first .o_list_record_selector input",
            run: "click",
        },
        { trigger: "button[name='ar_write_off_ticked']", run: "click" },
        {
            content: "All that is open is proposed",
            trigger: ".o_field_widget[name='line_ids'] td[name='amount']:contains('1,000.00')",
        },
        {
            trigger: ".o_field_widget[name='reason_id'] input",
            run: "edit Cannot be",
        },
        { trigger: ".ui-menu-item a:contains('Cannot be collected'):first", run: "click" },
        {
            trigger: ".o_field_widget[name='note'] textarea",
            run: "edit Left town, no assets found",
        },
        { trigger: "button[name='action_request']", run: "click" },
        { trigger: ".o_arrow_button_current:contains('To approve')" },
        { trigger: ".alert-info:contains('Waits for approval')" },
    ],
});

/** The manager approves it: the entry is posted; then the debtor pays after all. */
registry.category("web_tour.tours").add("ar_write_off_approved", {
    url: "/odoo/action-ar_collections.ar_collection_write_off_action",
    steps: () => [
        { trigger: ".o_data_row:contains('Alpha') td[name='collection_id']", run: "click" },
        { trigger: ".o_field_widget[name='note']:contains('no assets found')" },
        { trigger: "button[name='action_approve']:visible", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Written off')" },
        { trigger: ".o_field_widget[name='written_off']:contains('1,000.00')" },
        {
            trigger:
                "header button:contains('Reverse'), .o_statusbar_buttons button:contains('Reverse')",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name='reason'] input", run: "edit Paid after all" },
        { trigger: ".modal footer button[name='action_reverse']", run: "click" },
        { trigger: "body:not(:has(.modal)) .alert-warning:contains('Paid after all')" },
    ],
});
