import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const figure = (name, amount) => ({
    content: `The figure ${name} shows ${amount}`,
    trigger: `.o_ar_key_figure[name='ar_${name}']:contains('${amount}')`,
});

/** Find a debtor, read its figures, hold part of an invoice, see the figures move, run. */
registry.category("web_tour.tours").add("ar_collections_first_run", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='ar_collections.ar_collections_menu_root']",
            run: "click",
        },
        {
            content: "Find the debtor",
            trigger: ".o_searchview_input",
            run: "edit Alpha",
        },
        { trigger: ".o_searchview_autocomplete .o-dropdown-item:first", run: "click" },
        {
            content: "The worklist shows it",
            trigger: ".o_facet_value:contains('Alpha')",
        },
        {
            trigger: ".o_data_row:contains('Alpha') td[name='partner_id']",
            run: "click",
        },
        figure("total_overdue", "1,500.00"),
        figure("collectable", "1,500.00"),
        {
            content: "Hold the first item",
            trigger:
                ".o_field_widget[name='item_ids'] .o_data_row:first button[name='action_ar_hold']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason_id'] .o_select_menu_toggler",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Amount disputed')",
            run: "click",
        },
        {
            content: "The reason proposes until when",
            trigger: ".modal .o_field_widget[name='reason_id']:has(input:value('Amount disputed'))",
        },
        {
            content: "Part of it",
            trigger: ".modal .o_field_widget[name='row_ids'] td[name='amount']",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='row_ids'] td[name='amount'] input",
            run: "edit 300",
        },
        { trigger: ".modal button[name='action_place']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        figure("total_overdue", "1,500.00"),
        figure("collectable", "1,200.00"),
        figure("disputed", "300.00"),
        {
            content: "Look at tonight's run",
            trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_dunning']",
            run: "click",
        },
        {
            trigger:
                ".dropdown-item[data-menu-xmlid='ar_collections.ar_collection_run_menu_tonight']",
            run: "click",
        },
        {
            content: "It says that nothing was sent",
            trigger: ".o_ar_run_banner:contains('nothing was sent')",
        },
        { content: "What it would claim", trigger: ".o_ar_run_tile:contains('1,200.00')" },
        { trigger: ".o_ar_run_banner button[name='ar_run_now']", run: "click" },
        { trigger: ".modal-footer .btn-primary:contains('Run now')", run: "click" },
        {
            content: "The run has decided",
            trigger: ".o_ar_run_banner button[name='ar_run_notices']",
        },
    ],
});

/** See the notice that was sent, and what it claimed. */
registry.category("web_tour.tours").add("ar_collections_notice_sent", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='ar_collections.ar_collections_menu_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_dunning']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='ar_collections.ar_collection_notice_menu']",
            run: "click",
        },
        {
            content: "The notice is listed as sent",
            trigger: ".o_data_row:contains('Alpha'):contains('Sent')",
        },
        { trigger: ".o_data_row:contains('Alpha') td[name='name']", run: "click" },
        {
            content: "It claims what was left after the hold",
            trigger: ".o_form_view:contains('1,200.00')",
        },
        {
            content: "It says what was left out",
            trigger: ".o_form_view:contains('300.00')",
        },
    ],
});
