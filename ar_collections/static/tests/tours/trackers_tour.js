import { registry } from "@web/core/registry";

const report = (menu) => [
    {
        content: "Open Reporting",
        trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_reporting']",
        run: "click",
    },
    {
        trigger: `.dropdown-item[data-menu-xmlid='ar_collections.${menu}']`,
        run: "click",
    },
];

/** A team lead looks at the activity, mends a contact, and notes an improvement. */
registry.category("web_tour.tours").add("ar_trackers_lead", {
    url: "/odoo/action-ar_collections.ar_collection_activity_action",
    steps: () => [
        {
            content: "Figures per collector",
            trigger: ".o_pivot td:contains('1,000.00')",
        },
        { content: "What is behind them", trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_list_view .o_group_header:contains('Lena')", run: "click" },
        { trigger: ".o_data_row:contains('Payment after an action'):contains('1,000.00')" },
        ...report("ar_collection_activity_print_menu"),
        { trigger: ".modal .o_radio_item:contains('Month') input", run: "click" },
        { trigger: ".modal button[name='action_print']" },
        { trigger: ".modal button[name='action_export']" },
        { trigger: ".modal button:contains('Close')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        ...report("ar_collection_nonpayment_menu"),
        { trigger: ".o_pivot:contains('Total')" },
        ...report("ar_collection_contact_flaw_menu"),
        {
            content: "The number is right after all",
            trigger:
                ".o_data_row:contains('Alpha'):contains('Wrong number') button[name='action_is_right']",
            run: "click",
        },
        { trigger: ".o_view_nocontent:contains('Every debtor can be reached')" },
        ...report("ar_collection_improvement_menu"),
        { trigger: ".o_kanban_view" },
        { trigger: ".o-kanban-button-new, .o_list_button_add", run: "click" },
        {
            trigger: ".o_form_view [name='name'] textarea, .o_form_view [name='name'] input",
            run: "edit Invoices without order number",
        },
        { trigger: ".o_form_view [name='value_before'] input", run: "edit 30" },
        { trigger: ".o_form_view [name='value_expected'] input", run: "edit 10" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_view [name='effect_expected']:contains('-20')" },
        { trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))" },
    ],
});

/** The same screens on a telephone. */
registry.category("web_tour.tours").add("ar_trackers_phone", {
    url: "/odoo/action-ar_collections.ar_collection_contact_flaw_action",
    steps: () => [
        {
            trigger:
                ".o_kanban_record:contains('Alpha'):contains('Wrong number') button[name='action_is_right']",
            run: "click",
        },
        { trigger: ".o_view_nocontent:contains('Every debtor can be reached')" },
    ],
});
