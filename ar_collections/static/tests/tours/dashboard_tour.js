import { registry } from "@web/core/registry";

/** A manager reads the dashboard, looks behind a bar, and asks for one collector only. */
registry.category("web_tour.tours").add("ar_lead_dashboard", {
    url: "/odoo/action-ar_collections.ar_collection_kpi_action_dashboard",
    steps: () => [
        {
            content: "What is overdue",
            trigger: ".o_ar_tile[name='overdue_share'] .o_ar_tile_value:contains('3,000')",
        },
        { trigger: ".o_ar_chart canvas" },
        {
            content: "The bars as figures",
            trigger: ".o_ar_card:contains('Ageing') .o_ar_as_table",
            run: "click",
        },
        { trigger: ".o_ar_card:contains('Ageing') td:contains('2,000.00')" },
        {
            content: "The largest debtor",
            trigger: ".o_ar_card td button:contains('Beta')",
            run: "click",
        },
        { trigger: ".o_form_view:contains('Beta')" },
        { trigger: ".breadcrumb-item a:contains('Dashboard'), .o_back_button", run: "click" },
        {
            content: "One collector",
            trigger: ".o_ar_dashboard select[name='collector']",
            run: "selectByLabel Lena",
        },
        {
            trigger: ".o_ar_tile[name='overdue_share'] .o_ar_tile_value:contains('1,000')",
        },
        { trigger: ".o_ar_dashboard tr:contains('Lena'):contains('1,000.00')" },
        {
            content: "Everything overdue of hers",
            trigger: ".o_ar_tile[name='overdue_share']",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains('Alpha')" },
    ],
});

/** The same on a telephone: nothing stands out to the side. */
registry.category("web_tour.tours").add("ar_lead_dashboard_phone", {
    url: "/odoo/action-ar_collections.ar_collection_kpi_action_dashboard",
    steps: () => [
        { trigger: ".o_ar_tile .o_ar_tile_value:contains('3,000')" },
        {
            trigger: ".o_ar_dashboard_body",
            run() {
                const { scrollWidth, clientWidth } = document.querySelector(".o_ar_dashboard");
                if (scrollWidth > clientWidth) {
                    throw new Error(`The dashboard is ${scrollWidth} wide, not ${clientWidth}`);
                }
            },
        },
    ],
});
