import { registry } from "@web/core/registry";

const URL = "/odoo/action-ar_collections.ar_collection_action_worklist";

/** A collector disputes a ticked item, asks for nothing else, and sees what is left to chase. */
registry.category("web_tour.tours").add("ar_disputes_opened", {
    url: URL,
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
        { trigger: "button[name='ar_dispute_ticked']", run: "click" },
        {
            content: "All that is open is proposed",
            trigger:
                ".modal .o_field_widget[name='row_ids'] td[name='amount']:contains('1,000.00')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='row_ids'] td[name='amount'] input",
            run: "edit 300",
        },
        {
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "edit Price",
        },
        { trigger: ".ui-menu-item a:contains('Price'):first", run: "click" },
        {
            trigger: ".modal .o_field_widget[name='description'] textarea",
            run: "edit The order says 12.50",
        },
        { trigger: ".modal button:contains('Open the dispute')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "The contested part is not collectable now, the rest is",
            trigger: ".o_ar_key_figure[name='ar_disputed']:contains('300.00')",
        },
        { trigger: ".o_notebook .nav-link:contains('Disputes')", run: "click" },
        {
            trigger:
                ".o_field_widget[name='dispute_ids'] .o_data_row:contains('300.00'):contains('New')",
        },
    ],
});

/** A resolver takes it, asks a colleague, and ends it; he sees nothing but his disputes. */
registry.category("web_tour.tours").add("ar_disputes_answered", {
    url: "/odoo/action-ar_collections.ar_collection_dispute_action",
    steps: () => [
        { trigger: ".o_kanban_record:contains('Alpha')", run: "click" },
        { trigger: "button[name='action_investigate']:contains('Take into work')", run: "click" },
        { trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Investigating')" },
        { trigger: ".o_form_view button:contains('Ask'):first", run: "click" },
        { trigger: ".modal .o_field_widget[name='user_id'] input", run: "edit colleague" },
        { trigger: ".ui-menu-item a:contains('colleague'):first", run: "click" },
        {
            trigger: ".modal .o_field_widget[name='question'] textarea",
            run: "edit Was it 12.50?",
        },
        { trigger: ".modal footer button:contains('Ask')", run: "click" },
        { trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Waiting')" },
        { trigger: ".o_form_view button:contains('End it')", run: "click" },
        {
            content: "Accepted",
            trigger: ".modal .o_field_widget[name='outcome_id'] label:contains('Accepted: credit')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit The price list was not applied",
        },
        { trigger: ".modal footer button:contains('End it so')", run: "click" },
        { trigger: ".alert:contains('when the accountant posts the credit note')" },
    ],
});
