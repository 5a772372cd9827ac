import { registry } from "@web/core/registry";

const rowOf = (text) => `.o_ar_ageing_row:contains('${text}')`;
const amount = (text) => `button.o_ar_amount:contains('${text}')`;

/** Month end: look at today, open the tree, look behind an amount, go back to a past day. */
registry.category("web_tour.tours").add("ar_ageing_month_end", {
    url: "/odoo/aged-receivables",
    steps: () => [
        {
            content: "The report is the ledger",
            trigger: ".o_ar_ageing_tie:contains('Agrees with the ledger')",
        },
        { trigger: ".o_ar_ageing_total:contains('1,340.50')" },
        {
            content: "Open the debtors of nobody",
            trigger: `${rowOf("No collector")} .o_ar_ageing_toggle`,
            run: "click",
        },
        {
            content: "Open the items of one",
            trigger: `${rowOf("Alpha")} .o_ar_ageing_toggle`,
            run: "click",
        },
        { trigger: ".o_ar_ageing_item:contains('INV'):contains('250.50')" },
        {
            content: "What is behind an amount",
            trigger: `${rowOf("Alpha")} .o_ar_col_bucket_2 ${amount("250.50")}`,
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains('250.50'):contains('31-60 days')" },
        {
            content: "Back to the report",
            trigger:
                ".o_breadcrumb .breadcrumb-item a:contains('Aged receivables'), .o_back_button",
            run: "click",
        },
        { content: "By country", trigger: "button[name='ar_ageing_rows']", run: "click" },
        { trigger: ".o-dropdown-item[data-rows='country']", run: "click" },
        { trigger: `${rowOf("No country")}:contains('1,300.50')` },
        {
            content: "Smallest first",
            trigger: ".o_ar_ageing_table th:contains('Total') button",
            run: "click",
        },
        { trigger: ".o_ar_ageing_table th[aria-sort='ascending']:contains('Total')" },
        { content: "Another day", trigger: "button[name='ar_ageing_day']", run: "click" },
        {
            trigger: ".o-dropdown-item:contains('End of last year')",
            run: "click",
        },
        { trigger: ".o_ar_ageing_empty:contains('Nothing was open'), .o_ar_ageing_total" },
        { trigger: ".o_ar_ageing_tie:contains('Agrees with the ledger')" },
        { content: "The check", trigger: "button[name='ar_ageing_check']", run: "click" },
        { trigger: ".modal:contains('The report and the ledger')" },
        { trigger: ".modal button:contains('Close')", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

/** Entries dated later: the difference is shown with its items. */
registry.category("web_tour.tours").add("ar_ageing_difference", {
    url: "/odoo/aged-receivables",
    steps: () => [
        { trigger: ".o_ar_ageing_tie:contains('Differs from the ledger'):contains('60.00')" },
        { trigger: "button[name='ar_ageing_differences']", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains('Dated after the day'):contains('60.00')" },
    ],
});

/** The same on a telephone. */
registry.category("web_tour.tours").add("ar_ageing_phone", {
    url: "/odoo/aged-receivables",
    steps: () => [
        {
            trigger: ".o_ar_ageing_card:contains('No collector') .o_ar_ageing_toggle",
            run: "click",
        },
        { trigger: ".o_ar_ageing_card:contains('Alpha') .o_ar_ageing_toggle", run: "click" },
        { trigger: ".o_ar_ageing_card:contains('INV'):contains('250.50')" },
        {
            trigger: ".o_ar_ageing_card:contains('Alpha') .o_ar_ageing_chip:contains('31-60')",
            run: "click",
        },
        { trigger: ".o_view_controller:contains('250.50')" },
    ],
});
