import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openApp = [
    stepUtils.showAppsMenuItem(),
    {
        content: "Open the app",
        trigger: ".o_app[data-menu-xmlid='ar_collections.ar_collections_menu_root']",
        run: "click",
    },
];

const openDunning = (menu) => [
    {
        trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_dunning']",
        run: "click",
    },
    { trigger: `.dropdown-item[data-menu-xmlid='ar_collections.${menu}']`, run: "click" },
];

/** Another manager looks at a notice that waits for approval, and releases it. */
registry.category("web_tour.tours").add("ar_collections_approve", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        ...openDunning("ar_collection_notice_menu"),
        {
            content: "The notice waits",
            trigger: ".o_data_row:contains('Alpha'):contains('To approve') td[name='name']",
            run: "click",
        },
        { content: "What it claims", trigger: ".o_form_view:contains('1,200.00')" },
        { trigger: ".o_statusbar_buttons button[name='action_approve']", run: "click" },
        {
            content: "It is on its way",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Queued')",
        },
    ],
});

/** An e-mail was refused: send its claim as a letter instead. */
registry.category("web_tour.tours").add("ar_collections_delivery_problem", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "The worklist says that something did not arrive",
            trigger: ".o_ar_to_do button[name='ar_problems']:contains('1 delivery problem')",
            run: "click",
        },
        {
            content: "What happened, in the server's words",
            trigger: ".o_data_row:contains('Alpha'):contains('554 no, thank you')",
        },
        {
            trigger: ".o_data_row:contains('Alpha') button[name='action_other_channel']",
            run: "click",
        },
        { content: "Nothing is left to settle", trigger: ".o_view_nocontent" },
    ],
});

/** Print the letters that wait, and say that they were printed. */
registry.category("web_tour.tours").add("ar_collections_print", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "The worklist says that a letter waits",
            trigger: ".o_ar_to_do button[name='ar_to_print']:contains('1 letter to print')",
            run: "click",
        },
        { content: "Where it goes", trigger: ".o_data_row:contains('Alpha'):contains('Cork')" },
        { trigger: "button[name='action_print_letters']", run: "click" },
        {
            content: "One document, to be printed",
            trigger: ".o_statusbar_buttons button[name='action_print']",
        },
        { trigger: ".o_statusbar_buttons button[name='action_confirm_printed']", run: "click" },
        { trigger: ".modal-footer .btn-primary:contains('Yes, they were printed')", run: "click" },
        {
            content: "The letters are out",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Printed')",
        },
    ],
});
