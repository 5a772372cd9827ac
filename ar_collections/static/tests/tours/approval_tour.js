import { registry } from "@web/core/registry";

/** A manager approves one notice, refuses another with a reason, and finds both in the audit list. */
registry.category("web_tour.tours").add("ar_collections_to_approve", {
    url: "/odoo/action-ar_collections.ar_collection_action_worklist",
    steps: () => [
        {
            content: "What waits for approval",
            trigger: "[data-menu-xmlid='ar_collections.ar_collection_approval_menu']",
            run: "click",
        },
        { trigger: ".o_data_row:contains('to Alpha'):contains('1,000.00')" },
        {
            content: "Approve one",
            trigger: ".o_data_row:contains('to Alpha') button[name='action_approve']",
            run: "click",
        },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains('to Alpha')))" },
        {
            content: "Look at the other one",
            trigger: ".o_data_row:contains('to Beta') td[name='name']",
            run: "click",
        },
        { trigger: ".o_form_view button:contains('Refuse')", run: "click" },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] textarea",
            run: "edit Their director visits us on Monday",
        },
        { trigger: ".modal button[name='action_refuse']", run: "click" },
        {
            content: "The answer is on the request",
            trigger: ".o_form_view .o_field_widget[name='answer']:contains('visits us on Monday')",
        },
        {
            trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_reporting']",
            run: "click",
        },
        {
            trigger: ".dropdown-item[data-menu-xmlid='ar_collections.ar_collection_audit_menu']",
            run: "click",
        },
        { trigger: ".o_data_row:contains('to Alpha'):contains('Approval')" },
        { trigger: ".o_data_row:contains('to Beta'):contains('Refusal')" },
    ],
});
