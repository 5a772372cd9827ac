import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** Ask the question, with the policy "Other" on the right side too. */
const ask = (question) => [
    {
        content: "Open the questions",
        trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_dunning']",
        run: "click",
    },
    {
        trigger: ".dropdown-item[data-menu-xmlid='ar_collections.ar_collection_run_menu_simulate']",
        run: "click",
    },
    {
        content: "Ask it",
        trigger: `.modal .o_radio_item:contains('${question}') input`,
        run: "click",
    },
    {
        content: "Both sides start with the policies in force",
        trigger: ".modal [name='other_policy_ids'] .o_tag:contains('Standard')",
    },
    {
        trigger: ".modal [name='other_policy_ids'] input",
        run: "edit Other",
    },
    { trigger: ".o-autocomplete--dropdown-item:contains('Other')", run: "click" },
    { trigger: ".modal [name='other_policy_ids'] .o_tag:contains('Other')" },
    { trigger: ".modal button[name='action_simulate']", run: "click" },
    { trigger: "body:not(:has(.modal))" },
];

registry.category("web_tour.tours").add("ar_collections_what_if", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='ar_collections.ar_collections_menu_root']",
            run: "click",
        },
        ...ask("What would other policies change"),
        {
            content: "How many debtors would be treated otherwise",
            trigger: ".o_ar_comparison_banner:contains('1 of 2 debtors')",
        },
        {
            content: "Which, and how",
            trigger: ".o_data_row:contains('Alpha'):contains('Gets a notice'):contains('1,000.00')",
        },
        ...ask("What would have been sent"),
        {
            content: "It says what it does not do",
            trigger: ".o_form_view:contains('does not guess')",
        },
        { content: "It draws the months", trigger: ".o_ar_bars canvas" },
        {
            content: "Both write to two debtors",
            trigger: ".o_ar_table tr:contains('Debtors written to'):contains('2')",
        },
    ],
});
