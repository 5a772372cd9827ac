import { registry } from "@web/core/registry";
import { queryAll } from "@odoo/hoot-dom";

const press = (key, init = {}) => ({
    content: `Press ${key}`,
    trigger: ".modal .o_ar_call_results",
    run: () => window.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...init })),
});

const chosen = (name) => ({
    content: `${name} is chosen`,
    trigger: `.modal .o_ar_call_results button[aria-checked='true']:contains('${name}')`,
});

const open = [
    {
        content: "Open the form of a call",
        trigger: ".o_form_view button[name='action_log_call']",
        run: "click",
    },
    { trigger: ".modal .o_ar_call_results button:contains('No answer')" },
];

/** On a desk: keys, what a result asks for, a promise, save; then no answer. */
registry.category("web_tour.tours").add("ar_calls_desk", {
    steps: () => [
        ...open,
        {
            content: "What is overdue is ticked",
            trigger: ".modal .o_ar_call_items tr:contains('20') input:checked",
        },
        press("9"),
        chosen("Refuses"),
        {
            content: "The footer says what happens next",
            trigger: ".modal-footer:contains('Decide how to go on')",
        },
        { trigger: ".modal button[name='action_save']", run: "click" },
        {
            content: "It asks for a note, politely",
            trigger:
                ".modal .modal-body:contains('needs a note'), .o_notification:contains('needs a note')",
        },
        {
            trigger: ".modal:contains('needs a note') .btn-primary, .o_notification_close",
            run: "click",
        },
        press("6"),
        chosen("Promise to pay"),
        {
            content: "A promise over what is ticked",
            trigger: ".modal .o_field_widget[name='promise_ids'] .o_data_row:contains('1,000.00')",
        },
        {
            trigger: ".modal .o_field_widget[name='promise_ids'] .o_data_row td[name='date']",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name='promise_ids'] .o_data_row .o_field_widget[name='date'] input",
            run() {
                const { DateTime } = luxon;
                const day = DateTime.now().plus({ days: 7 }).toFormat("MM/dd/yyyy");
                this.anchor.value = day;
                this.anchor.dispatchEvent(new Event("input", { bubbles: true }));
                this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        {
            trigger: ".modal .o_field_widget[name='note'] textarea",
            run: "edit Director approved it.",
        },
        {
            content: "From the first promise",
            trigger: ".modal-footer:contains('from the first promise')",
        },
        { trigger: ".modal button[name='action_save']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "The timeline tells it",
            trigger: ".o-mail-Message:contains('Director approved it.')",
        },
        {
            content: "The next action has moved",
            trigger: ".o_field_widget[name='next_action'] input:value('Check payment')",
        },
    ],
});

/** On a phone: no answer, in three taps. */
registry.category("web_tour.tours").add("ar_calls_phone", {
    steps: () => [
        ...open,
        {
            content: "Nothing is wider than the screen",
            trigger: ".modal .o_ar_call_form",
            run() {
                const [body] = queryAll(".modal .modal-body");
                const wide = queryAll(".modal .modal-body *").filter(
                    (node) => node.getBoundingClientRect().right > window.innerWidth + 1,
                );
                if (body.scrollWidth > body.clientWidth + 1 || wide.length) {
                    const names = wide.map((node) => `${node.tagName}.${node.className}`);
                    throw new Error(`Wider than the screen: ${names.slice(0, 5).join(", ")}`);
                }
            },
        },
        {
            content: "All results are there",
            trigger: ".modal .o_ar_call_results button:contains('More')",
            run: "click",
        },
        { trigger: ".modal .o_ar_call_results button:contains('Insolvent')" },
        { trigger: ".modal .o_ar_call_results button:contains('No answer')", run: "click" },
        chosen("No answer"),
        { trigger: ".modal button[name='action_save']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            trigger: ".o_field_widget[name='next_action'] input:value('Call again')",
        },
    ],
});
