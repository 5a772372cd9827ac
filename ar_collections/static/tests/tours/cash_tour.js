import { registry } from "@web/core/registry";

/** Somebody applies a bank line as proposed, and a short one by typing, and undoes one. */
registry.category("web_tour.tours").add("ar_cash_applied", {
    url: "/odoo/action-ar_collections.ar_collection_credit_action_screen",
    steps: () => [
        {
            content: "The oldest credit is open, what it pays is ticked",
            trigger: ".o_ar_cash_credit.o_ar_current:contains('1,000.00'):contains('Fits exactly')",
        },
        { trigger: ".o_ar_cash_items tr.o_ar_current:contains('in the text')" },
        { trigger: ".o_ar_cash_left_amount:contains('0.00')" },
        { content: "Apply", trigger: ".o_ar_cash_apply:enabled", run: "click" },
        { trigger: ".o_notification:contains('applied to')" },
        {
            content: "The next one: several fit, nothing is ticked",
            trigger: ".o_ar_cash_credit.o_ar_current:contains('300.00'):contains('Several fit')",
        },
        { trigger: ".o_ar_cash_right[aria-busy=false] .o_ar_cash_left_amount:contains('300.00')" },
        { trigger: ".o_ar_cash_candidate:first", run: "click" },
        { trigger: ".o_ar_cash_applied:contains('300.00')" },
        {
            content: "Another item, a part of it by typing",
            trigger: ".o_ar_cash_items tr.o_ar_current input.o_ar_cash_amount",
            run: "edit 250",
        },
        { trigger: ".o_ar_cash_applied:contains('250.00')" },
        { trigger: ".o_ar_cash_left_amount:contains('50.00')" },
        { trigger: ".o_ar_cash_rest .o_ar_cash_kind", run: "select deduction" },
        { content: "A deduction has a reason", trigger: ".o_ar_cash_apply:disabled" },
        {
            trigger: ".o_ar_cash_reason_select",
            run() {
                this.anchor.selectedIndex = 1;
                this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        { trigger: ".o_ar_cash_apply:enabled", run: "click" },
        {
            content: "The rest stays as a credit",
            trigger: ".o_ar_cash_credit:contains('50.00'):contains('Rest of a payment')",
        },
        {
            content: "Undo the last one",
            trigger:
                ".o_notification:contains('250.00') .o_notification_buttons button:contains('Undo')",
            run: "click",
        },
        { trigger: ".o_ar_cash_credit:contains('300.00'):contains('Several fit')" },
    ],
});

/** All that fits exactly, after a look, and back. */
registry.category("web_tour.tours").add("ar_cash_batch", {
    url: "/odoo/action-ar_collections.ar_collection_credit_action_screen",
    steps: () => [
        { trigger: ".o_ar_cash_exact", run: "click" },
        { trigger: ".o_form_view .o_data_row:contains('1,000.00')" },
        { trigger: "button[name='action_apply']", run: "click" },
        { trigger: "button[name='action_undo']", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_arrow_button_current:contains('Undone')" },
    ],
});
