import { registry } from "@web/core/registry";

/** A collector ticks an item and asks for a write-off of a part of it. */
registry.category("web_tour.tours").add("ar_writeoffs_asked", {
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
            content: "The item stands there with what is open",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row td[name='amount']:contains('1,000.00')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='line_ids'] .o_data_row td[name='amount'] input",
            run: "edit 300",
        },
        {
            trigger: ".o_field_widget[name='reason_id'] input",
            run: "edit Cannot be",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains('Cannot be collected')", run: "click" },
        {
            trigger: ".o_field_widget[name='note'] textarea",
            run: "edit Left town",
        },
        { trigger: "button[name='action_request']", run: "click" },
        {
            content: "It waits for somebody else",
            trigger: ".o_arrow_button_current:contains('To approve')",
        },
    ],
});

/** An accountant finds the request, approves it, and sees the entry. */
registry.category("web_tour.tours").add("ar_writeoffs_approved", {
    url: "/odoo/action-ar_collections.ar_collection_write_off_action",
    steps: () => [
        { trigger: ".o_data_row td[name='name']", run: "click" },
        { trigger: "button[name='action_approve']", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Written off')" },
        { trigger: "button[name='action_open_entries']", run: "click" },
        { trigger: ".o_data_row:contains('WO/')" },
    ],
});
