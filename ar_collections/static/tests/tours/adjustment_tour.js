import { registry } from "@web/core/registry";

const refunds = "/odoo/action-ar_collections.ar_collection_refund_action";
const transfers = "/odoo/action-ar_collections.ar_collection_transfer_action";
const open = { trigger: ".o_data_row:contains('Alpha') td[name='collection_id']", run: "click" };

/** A collector asks to pay a credit back; setting it off is offered first. */
registry.category("web_tour.tours").add("ar_refund_asked", {
    url: refunds,
    steps: () => [
        open,
        { trigger: ".o_form_view .alert:contains('The debtor owes'):contains('40.00')" },
        {
            trigger: ".o_field_widget[name='no_set_off'] input",
            run: "edit Our invoice is not due",
        },
        {
            trigger: ".o_form_view button[name='action_request']",
            run: "click",
        },
        { trigger: ".o_arrow_button_current:contains('To approve')" },
        { trigger: ".o_form_view .alert:contains('a second person calls the debtor back')" },
    ],
});

/** Another one has verified the account, approves, and posts the payment that was drafted. */
registry.category("web_tour.tours").add("ar_refund_paid", {
    url: refunds,
    steps: () => [
        open,
        { trigger: ".o_form_view button:contains('Account verified')", run: "click" },
        {
            content: "How it is known",
            trigger: ".modal .o_field_widget[name='how'] input",
            run: "edit Called back on the number of the contract",
        },
        { trigger: ".modal button[name='action_verify']", run: "click" },
        { trigger: ".o_field_widget[name='bank_verified_why']:contains('number of the contract')" },
        { trigger: ".o_form_view button[name='action_approve']", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Payment drafted')" },
        { trigger: ".oe_stat_button[name='action_open_payment']", run: "click" },
        { trigger: ".o_form_view button[name='action_post']", run: "click" },
        { content: "Posted", trigger: ".o_form_view button[name='action_draft']" },
    ],
});

/** A credit goes to a sister company, is seen as an entry, and is taken back with a reason. */
registry.category("web_tour.tours").add("ar_transfer_and_back", {
    url: transfers,
    steps: () => [
        open,
        { trigger: ".o_form_view button[name='action_request']", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Done')" },
        { trigger: ".oe_stat_button[name='action_open_entry']" },
        { trigger: ".o_form_view button:contains('Reverse')", run: "click" },
        {
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit The sister objects",
        },
        { trigger: ".modal button[name='action_reverse']", run: "click" },
        { trigger: ".o_form_view .alert:contains('The sister objects')" },
    ],
});
