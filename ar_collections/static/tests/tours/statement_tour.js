import { registry } from "@web/core/registry";

/** A collector sends a statement from the debtor's page; a manager starts a run and looks at it. */
registry.category("web_tour.tours").add("ar_statements_sent", {
    url: "/odoo/action-ar_collections.ar_collection_action_worklist",
    steps: () => [
        {
            content: "Open the debtor",
            trigger: ".o_data_row:contains('Alpha') td[name='partner_id']",
            run: "click",
        },
        { trigger: "button[name='action_statement']", run: "click" },
        {
            content: "Open items are proposed",
            trigger: ".modal .o_radio_item:contains('Open items') input:checked",
        },
        { trigger: ".modal button[name='action_send']", run: "click" },
        { trigger: ".o_notification:contains('on its way')" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "The runs",
            trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_reporting']",
            run: "click",
        },
        {
            trigger:
                ".dropdown-item[data-menu-xmlid='ar_collections.ar_collection_statement_run_menu']",
            run: "click",
        },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name='minimum'] input", run: "edit 100" },
        { trigger: "button[name='action_start']", run: "click" },
        { trigger: ".modal button:contains('Send')", run: "click" },
        {
            content: "It has started, and names its debtors",
            trigger: "button[name='action_open_statements']:contains('1')",
            run: "click",
        },
        { trigger: ".o_data_row:contains('Alpha'):contains('Queued')" },
    ],
});
