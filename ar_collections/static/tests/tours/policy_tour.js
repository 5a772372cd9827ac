import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const card = (name) => `.o_ar_ladder_card:contains('${name}')`;

/** Configure a level and preview it: add one, move it, see what it says, mail it to oneself. */
registry.category("web_tour.tours").add("ar_collections_policy", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='ar_collections.ar_collections_menu_root']",
            run: "click",
        },
        {
            trigger: "button[data-menu-xmlid='ar_collections.ar_collection_menu_configuration']",
            run: "click",
        },
        {
            content: "One policy for all: it opens",
            trigger: ".dropdown-item[data-menu-xmlid='ar_collections.ar_collection_policy_menu']",
            run: "click",
        },
        {
            content: "The ladder in words",
            trigger:
                ".o_field_widget[name='sentence']:contains('Second notice 21 days after the due date by e-mail')",
        },
        { content: "The ladder as a line of days", trigger: card("Final demand") },
        { trigger: "button[name='ar_add_level']", run: "click" },
        {
            trigger: ".modal .o_field_widget[name='name'] input",
            run: "edit Third notice",
        },
        { trigger: ".modal .o_field_widget[name='delay'] input", run: "edit 21" },
        {
            trigger: ".modal .o_field_widget[name='letter_title'] input",
            run: "edit Third notice: please pay",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "Two levels on one day",
            trigger: "button[name='ar_save_and_show']",
            run: "click",
        },
        {
            content: "are refused, with what to change",
            trigger: ".modal:contains('Third notice and Second notice both stand on day 21')",
        },
        { trigger: ".modal .modal-footer button:first", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: "button[name='ar_edit_level']", run: "click" },
        { trigger: ".modal .o_field_widget[name='delay'] input", run: "edit 30" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_ar_ladder_day:contains('Day 30')" },
        {
            content: "The arrow keys move it",
            trigger: ".o_ar_ladder_mark[aria-label*='Third notice']",
            run({ anchor }) {
                anchor.focus();
                anchor.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }),
                );
            },
        },
        { trigger: ".o_ar_ladder_day:contains('Day 31')" },
        { trigger: "button[name='ar_save_and_show']", run: "click" },
        {
            content: "What it says",
            trigger: ".o_ar_preview_subject:contains('Third notice: please pay')",
        },
        {
            content: "to a debtor, with tonight's items, by e-mail",
            trigger: ".o_ar_level_preview iframe[title='E-mail']:iframe body:contains('1,500.00')",
        },
        {
            content: "and by letter",
            trigger: ".o_ar_level_preview iframe[title='Letter']:iframe body:contains('1,500.00')",
        },
        {
            content: "Another level",
            trigger: ".o_ar_ladder_rung:contains('Day 7') .o_ar_ladder_card",
            run: "click",
        },
        {
            trigger: ".o_ar_preview_subject:contains('Reminder: payment of your open invoices')",
        },
        { trigger: "button[name='ar_send_test']", run: "click" },
        { trigger: ".o_notification:contains('A test is on its way to petra@company.example')" },
        { trigger: "button[name='action_check']", run: "click" },
        { trigger: ".o_notification:contains('Nothing to say against it')" },
    ],
});

/** The first Send asks where old debt starts, and shows the size before anything leaves. */
registry.category("web_tour.tours").add("ar_collections_catch_up", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: ".o_app[data-menu-xmlid='ar_collections.ar_collections_menu_root']",
            run: "click",
        },
        { trigger: ".o_ar_tonight button[name='ar_send']", run: "click" },
        { trigger: ".modal td[name='level_id']:last", run: "click" },
        { trigger: ".modal td[name='level_id'] input", run: "edit Second" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Second notice')", run: "click" },
        { trigger: ".modal button[name='action_compare']", run: "click" },
        {
            content: "As it is",
            trigger: ".modal .o_field_widget[name='before']:contains('Reminder')",
        },
        { trigger: ".modal .o_field_widget[name='after']:contains('Notices in total')" },
        { trigger: ".modal button[name='action_apply']", run: "click" },
        { trigger: ".o_ar_run_banner:contains('nothing was sent')" },
    ],
});
