import { registry } from "@web/core/registry";

/** An accountant pastes what a customer wrote, chooses the item of an unknown line, applies. */
registry.category("web_tour.tours").add("ar_remittances_read", {
    url: "/odoo/action-ar_collections.ar_collection_remittance_action",
    steps: () => [
        {
            content: "Nothing yet, and what to do about it",
            trigger: ".o_nocontent_help:contains('No remittance advice')",
        },
        {
            trigger: ".o_control_panel button:contains('Read an advice')",
            run: "click",
        },
        {
            content: "Paste the text of the customer",
            trigger: ".modal .o_field_widget[name='text'] textarea",
            run: (helpers) =>
                helpers.edit(
                    "ALPHA/2001/00001   100.00\nALPHA/2001/00002   250.00\nINV/2099/00009   50.00",
                ),
        },
        { trigger: ".modal button:contains('Read it')", run: "click" },
        {
            content: "The payment was found",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Payment found')",
        },
        {
            content: "Two lines were found by their number",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:nth-child(2):contains('Its number')",
        },
        {
            content: "The third is shown as not found",
            trigger:
                ".o_field_widget[name='line_ids'] .o_data_row:nth-child(3):contains('Not found')",
        },
        { trigger: ".o_statusbar_buttons button:contains('Apply')", run: "click" },
        {
            content: "What could not be found is left",
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Partly applied')",
        },
        {
            content: "What was applied",
            trigger: ".oe_stat_button:contains('Applied')",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row" },
    ],
});

/** The accountant finds missing certificates, enters one and books it. */
registry.category("web_tour.tours").add("ar_remittances_certificate", {
    url: "/odoo/action-ar_collections.ar_collection_withheld_action",
    steps: () => [
        {
            content: "By debtor",
            trigger: ".o_group_header:contains('Alpha')",
            run: "click",
        },
        {
            content: "And quarter",
            trigger: ".o_group_header:contains('Q')",
            run: "click",
        },
        { trigger: ".o_data_row .o_list_record_selector input", run: "click" },
        {
            trigger: ".o_control_panel button:contains('Enter certificate')",
            run: "click",
        },
        {
            content: "The amount is proposed",
            trigger: ".o_field_widget[name='amount'] input:value('100.00')",
        },
        {
            trigger: ".o_field_widget[name='number'] input",
            run: "edit TDS-2026-77",
        },
        { trigger: ".o_statusbar_buttons button:contains('Book it')", run: "click" },
        {
            trigger: ".o_statusbar_status button.o_arrow_button_current:contains('Booked')",
        },
    ],
});

/** A return of the bank is noted with one click. */
registry.category("web_tour.tours").add("ar_remittances_return", {
    url: "/odoo/action-ar_collections.account_bank_statement_line_action_returns",
    steps: () => [
        {
            content: "Recognised by its reference",
            trigger: ".o_data_row:contains('its reference')",
        },
        { trigger: ".o_data_row button[name='action_ar_note_return']", run: "click" },
        {
            content: "Payment, day and code are filled in",
            trigger: ".modal .o_field_widget[name='code_id'] input:value('AM04')",
        },
        { trigger: ".modal button:contains('Note the return')", run: "click" },
        { trigger: ".o_nocontent_help:contains('Nothing was returned')" },
    ],
});
