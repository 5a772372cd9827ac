import { registry } from "@web/core/registry";

/** A collector builds a plan for a ticked item, offers it, and notes that the debtor agreed. */
registry.category("web_tour.tours").add("ar_agreements_builder", {
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
        { trigger: "button[name='ar_plan_ticked']", run: "click" },
        {
            content: "Its total is what is to be paid",
            trigger: ".o_field_widget[name='amount_items']:contains('1,000.00')",
        },
        {
            content: "Other number of instalments",
            trigger: ".o_field_widget[name='number'] input",
            run: "edit 4 && press Tab",
        },
        {
            content: "The table follows at once",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:eq(3) td[name='amount']:contains('250.00')",
        },
        {
            content: "Something down first",
            trigger: ".o_field_widget[name='first_amount'] input",
            run: "edit 400 && press Tab",
        },
        {
            content: "The rest follows: 600 in three parts",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:eq(3) td[name='amount']:contains('200.00')",
        },
        { trigger: ".o_ar_plan_summary:contains('400.00'):contains('3 times'):contains('200.00')" },
        { trigger: ".o_ar_plan_chart canvas" },
        {
            content: "What can they pay per month?",
            trigger: ".o_field_widget[name='method'] .o_select_menu_toggler",
            run: "click",
        },
        { trigger: ".o_select_menu_item:contains('So much each time')", run: "click" },
        {
            trigger: ".o_field_widget[name='amount_each'] input",
            run: "edit 100 && press Tab",
        },
        {
            content: "400 first, then six times 100",
            trigger:
                ".o_field_widget[name='number'] :contains('7'), .o_field_widget[name='number']:contains('7')",
        },
        {
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:eq(6) td[name='amount']:contains('100.00')",
        },
        { trigger: "button[name='action_offer']", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Offered')" },
        { trigger: "button[name='action_accepted']:visible", run: "click" },
        { trigger: ".modal .o_field_widget[name='signed_name'] input", run: "edit Giulia Tessari" },
        { trigger: ".modal button[name='action_accept']", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains('Active')" },
        { trigger: ".o_notebook .nav-link:contains('Agreement')", run: "click" },
        { trigger: ".o_field_widget[name='accepted_how']:contains('On the phone')" },
    ],
});

/** The debtor reads the offer and signs it. */
registry.category("web_tour.tours").add("ar_agreements_sign", {
    steps: () => [
        { trigger: ".o_ar_plan h1:contains('Payment plan agreement')" },
        { trigger: ".o_ar_plan_schedule .o_ar_amount:contains('400.00')" },
        {
            content: "Nothing is signed without consent",
            trigger: ".o_ar_plan_sign .o_portal_sign_submit:disabled",
        },
        {
            trigger: ".o_ar_plan_sign .o_web_sign_name_input",
            run: "edit Giulia Tessari",
        },
        { trigger: "#ar_plan_position", run: "edit Head of administration" },
        { trigger: ".o_ar_plan_sign canvas.o_web_sign_signature", run: "canvasNotEmpty" },
        { trigger: "#ar_plan_agreed", run: "check" },
        {
            trigger: ".o_ar_plan_sign .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_ar_plan_notice:contains('The agreement is signed.')" },
        { trigger: "body:not(:has(.o_ar_plan_sign))" },
        { trigger: "a:contains('Your signed copy')" },
    ],
});
