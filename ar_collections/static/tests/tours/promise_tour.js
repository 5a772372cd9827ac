import { registry } from "@web/core/registry";

const inAWeek = () => luxon.DateTime.now().plus({ days: 7 }).toFormat("MM/dd/yyyy");

/** A collector notes a promise for a ticked item, finds it again, deposits the cheque. */
registry.category("web_tour.tours").add("ar_promises_noted", {
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
        { trigger: "button[name='ar_promise_ticked']", run: "click" },
        {
            content: "What is open of it is proposed",
            trigger: ".modal .o_field_widget[name='amount'] input:value('1,000.00')",
            run: "edit 400",
        },
        {
            trigger: ".modal .o_field_widget[name='date'] input",
            run: `edit ${inAWeek()}`,
        },
        {
            trigger: ".modal .o_field_widget[name='method'] .o_select_menu_toggler",
            run: "click",
        },
        { trigger: ".o_select_menu_item:contains('Post-dated cheque')", run: "click" },
        {
            content: "A cheque has a number",
            trigger: ".modal .o_field_widget[name='instrument_number'] input",
            run: "edit 004711",
        },
        {
            content: "The item follows the amount",
            trigger: ".modal .o_field_widget[name='line_ids'] td[name='amount']:contains('400.00')",
        },
        { trigger: ".modal button:contains('Note the promise')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "What is promised is not collectable now",
            trigger: ".o_ar_key_figure[name='ar_promised']:contains('400.00')",
        },
        { trigger: ".o_notebook .nav-link:contains('Promises')", run: "click" },
        {
            trigger:
                ".o_field_widget[name='promise_ids'] .o_data_row:contains('400.00'):contains('Open')",
        },
        {
            content: "The list of all promises",
            trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_worklist']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='ar_collections.ar_collection_promise_menu']",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains('Promises')",
        },
        {
            content: "What is due, as a calendar",
            trigger: ".o_switch_view.o_calendar",
            run: "click",
        },
        { trigger: ".o_calendar_view" },
        {
            trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_worklist']",
            run: "click",
        },
        {
            trigger:
                ".dropdown-item[data-menu-xmlid='ar_collections.ar_collection_promise_menu_instruments']",
            run: "click",
        },
        {
            content: "The cheque is in safe-keeping",
            trigger: ".o_data_row:contains('004711'):contains('Received') td[name='collection_id']",
            run: "click",
        },
        { trigger: ".o_form_view button[name='action_deposit']", run: "click" },
        {
            content: "Now it is at the bank",
            trigger: ".o_form_view button[name='action_clear']",
        },
    ],
});
