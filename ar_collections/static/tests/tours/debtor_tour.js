import { registry } from "@web/core/registry";
import { queryAll } from "@odoo/hoot-dom";

/** The page of a debtor: a bucket narrows the items, chips narrow the timeline; save and next. */
registry.category("web_tour.tours").add("ar_debtor_page_desk", {
    url: "/odoo/collections-worklist",
    steps: () => [
        { trigger: ".o_data_row:contains('Alpha') td[name='net_collectable']", run: "click" },
        { trigger: ".o_form_view:contains('Alpha') .o_ar_aged_bar" },
        {
            content: "Two items of different age",
            trigger:
                ".o_field_widget[name='item_ids']:has(.o_data_row:contains('40')):has(.o_data_row:contains('10'))",
        },
        { trigger: ".o_ar_aged_legend button[name='ar_bucket_2']", run: "click" },
        {
            content: "Only the older one",
            trigger:
                ".o_field_widget[name='item_ids']:has(.o_ar_of_bucket:contains('31-60')):has(.o_data_row:contains('40')):not(:has(.o_data_row:contains('111')))",
        },
        {
            trigger: ".o_ar_aged_legend button[name='ar_bucket_2'][aria-pressed='true']",
            run: "click",
        },
        {
            content: "One more click: all of them",
            trigger:
                ".o_field_widget[name='item_ids']:not(:has(.o_ar_of_bucket)) .o_data_row:contains('111')",
        },
        { trigger: ".o_ar_aged_legend button[name='ar_bucket_1']", run: "click" },
        { trigger: ".o_ar_of_bucket button[name='ar_all_buckets']", run: "click" },
        { trigger: ".o_field_widget[name='item_ids']:not(:has(.o_ar_of_bucket))" },
        { trigger: ".o_ar_chips button[name='ar_chip_hold']", run: "click" },
        {
            content: "Holds only",
            trigger: ".o_ar_only_hold .o-mail-Message.o_ar_about_hold:contains('Hold')",
            run() {
                const shown = queryAll(".o_ar_only_hold .o-mail-Message").filter(
                    (node) => node.getClientRects().length,
                );
                if (shown.some((node) => !node.classList.contains("o_ar_about_hold"))) {
                    throw new Error("Something else is shown, too");
                }
            },
        },
        { trigger: ".o_ar_chips button[name='ar_chip_all']", run: "click" },
        { trigger: ".o_form_view button[name='action_log_call']", run: "click" },
        { trigger: ".modal-title:contains('Alpha')" },
        { trigger: ".modal .o_ar_call_also button[name='ar_call_copies']", run: "click" },
        { trigger: ".o_notification:contains('Copies of')" },
        {
            trigger: ".modal .o_ar_call_results button:contains('No answer'):enabled",
            run: "click",
        },
        {
            trigger: ".modal .o_ar_call_results button[aria-checked='true']:contains('No answer')",
        },
        { trigger: ".modal-footer:contains('Call again')" },
        { trigger: ".modal button[name='action_save_next']:visible", run: "click" },
        {
            content: "The page of the next debtor, with the form",
            trigger: "body:has(.o_form_view h1:contains('Beta')) .modal-title:contains('Beta')",
        },
        {
            content: "It can be closed",
            trigger: ".modal .btn-close",
            run: "click",
        },
        { trigger: "body:not(:has(.modal)) .o_form_view:contains('Beta')" },
    ],
});

/** The same on a phone: the page is no wider than the screen, a bucket narrows the cards. */
registry.category("web_tour.tours").add("ar_debtor_page_phone", {
    steps: () => [
        { trigger: ".o_form_view:contains('Alpha') .o_ar_aged_bar" },
        {
            content: "Nothing is wider than the screen",
            trigger: ".o_form_view .o_ar_key_figures",
            run() {
                const wide = document.documentElement.scrollWidth;
                if (wide > window.innerWidth + 1) {
                    throw new Error(`The page is ${wide} px wide`);
                }
            },
        },
        { trigger: ".o_ar_aged_legend button[name='ar_bucket_2']", run: "click" },
        { trigger: ".o_ar_of_bucket:contains('31-60')" },
        { trigger: ".o_ar_of_bucket button[name='ar_all_buckets']", run: "click" },
        { trigger: ".o_field_widget[name='item_ids']:not(:has(.o_ar_of_bucket))" },
    ],
});
