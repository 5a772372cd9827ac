import { registry } from "@web/core/registry";

const row = (name) => `.o_data_row:contains('${name}')`;
const current = (name) => `.o_data_row.o_ar_current:contains('${name}')`;
/** A finger on a card, moved by so many pixels. */
function swipe(card, x, y = 0) {
    const { left, top, width, height } = card.getBoundingClientRect();
    const fire = (type, clientX, clientY, names) => {
        const touch = new Touch({ identifier: 1, target: card, clientX, clientY });
        const lists = Object.fromEntries(names.map((name) => [name, [touch]]));
        card.dispatchEvent(new TouchEvent(type, { bubbles: true, cancelable: true, ...lists }));
    };
    const [fromX, fromY] = [left + width / 2 + 60, top + height / 2];
    fire("touchstart", fromX, fromY, ["touches", "targetTouches", "changedTouches"]);
    fire("touchend", fromX + x, fromY + y, ["changedTouches"]);
}
const key = (letter) => ({ trigger: ".o_ar_day", run: `press ${letter}` });

/** A collector's day by the keys alone: next, pin, snooze, tick, search, open. */
registry.category("web_tour.tours").add("ar_worklist_day", {
    url: "/odoo/collections-worklist",
    steps: () => [
        {
            content: "The counters of the day",
            trigger: ".o_ar_day [name='ar_to_do']:contains('3')",
        },
        { content: "The first is current", trigger: current("Alpha") },
        { content: "Why", trigger: `${row("Alpha")} .o_ar_reason:contains('days overdue')` },
        {
            content: "Every button of the row is inside its cell",
            trigger: `${row("Alpha")} button[name='ar_call']`,
            run({ anchor }) {
                const cell = anchor.closest("td").getBoundingClientRect();
                const { left } = anchor.getBoundingClientRect();
                if (left < cell.left) {
                    throw new Error(`The button is cut off: ${left} < ${cell.left}`);
                }
            },
        },
        key("j"),
        { trigger: current("Beta") },
        key("k"),
        { trigger: current("Alpha") },
        key("j"),
        { trigger: current("Beta") },
        key("g"),
        {
            content: "Pinned: on top",
            trigger:
                ".o_group_header + .o_data_row:contains('Beta'):has(.fa-thumb-tack[aria-label='Pinned'])",
        },
        key("s"),
        { trigger: ".modal .o_field_widget[name='reason'] input", run: "edit Back on Monday" },
        { trigger: ".modal button[name='action_snooze']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        {
            content: "Snoozed ones are folded",
            trigger: ".o_group_header:contains('Snoozed (1)'):not(.o_group_open)",
        },
        { trigger: `.o_list_renderer:not(:has(${row("Beta")}))` },
        { content: "One less to do", trigger: ".o_ar_day [name='ar_to_do']:contains('2')" },
        key("?"),
        { trigger: ".modal .o_ar_keys:contains('log a call')" },
        { trigger: ".modal .btn-close", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: `${row("Gamma")} td[name='net_collectable']`, run: "click" },
        { content: "Its page", trigger: ".o_form_view:contains('Gamma')" },
        { trigger: ".o_form_view .o_ar_key_figures" },
    ],
});

/** What a caller says is enough to find the debtor. */
registry.category("web_tour.tours").add("ar_worklist_inbound", {
    url: "/odoo/collections-worklist",
    steps: () => [
        { trigger: ".o_ar_day" },
        { trigger: ".o_ar_day", run: "press /" },
        { trigger: ".o_searchview_input:focus", run: "edit 0113 496 0142" },
        { trigger: ".o_searchview_autocomplete .o-dropdown-item:first", run: "click" },
        { trigger: ".o_facet_value:contains('0113 496 0142')" },
        { trigger: `${row("Alpha")}` },
        { trigger: `.o_list_renderer:not(:has(${row("Gamma")}))` },
    ],
});

/** The same on a phone: cards below each other, a tap, the row of buttons, snooze. */
registry.category("web_tour.tours").add("ar_worklist_phone", {
    url: "/odoo/collections-worklist",
    steps: () => [
        { trigger: ".o_ar_day [name='ar_to_do']:contains('3')" },
        { trigger: ".o_ar_start button:contains('Start calling: Alpha')" },
        {
            content: "A tap makes it current",
            trigger: ".o_kanban_record:contains('Gamma')",
            run: "click",
        },
        {
            trigger:
                ".o_kanban_record.o_ar_current:contains('Gamma') .o_ar_quick_actions button[name='ar_snooze']",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name='reason'] input", run: "edit Later" },
        { trigger: ".modal button[name='action_snooze']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_kanban_renderer:not(:has(.o_kanban_record:contains('Gamma')))" },
        { content: "One less to do", trigger: ".o_ar_day [name='ar_to_do']:contains('2')" },
        {
            content: "Scrolling is no swipe",
            trigger: ".o_kanban_record:contains('Beta')",
            run: ({ anchor }) => swipe(anchor, -30, -160),
        },
        {
            content: "Nor is a swipe to the right",
            trigger: "body:not(:has(.modal)) .o_kanban_record:contains('Beta')",
            run: ({ anchor }) => swipe(anchor, 120),
        },
        {
            content: "A swipe to the left: snooze",
            trigger: "body:not(:has(.modal)) .o_kanban_record:contains('Beta')",
            run: ({ anchor }) => swipe(anchor, -120),
        },
        { trigger: ".modal .o_field_widget[name='reason'] input", run: "edit Swiped away" },
        { trigger: ".modal button[name='action_snooze']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: ".o_kanban_renderer:not(:has(.o_kanban_record:contains('Beta')))" },
        { content: "One is left", trigger: ".o_ar_day [name='ar_to_do']:contains('1')" },
        { trigger: ".o_kanban_record:contains('Alpha')", run: "click" },
        {
            trigger: ".o_kanban_record.o_ar_current:contains('Alpha') button[name='ar_open']",
            run: "click",
        },
        { trigger: ".o_form_view:contains('Alpha')" },
    ],
});
