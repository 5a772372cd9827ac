import { registry } from "@web/core/registry";

/** A manager allows a call to a debtor who asked for writing only, and says why. */
registry.category("web_tour.tours").add("ar_rules_override", {
    steps: () => [
        { trigger: ".o_notebook .nav-link:contains('Contact')", run: "click" },
        {
            content: "The rule says why not",
            trigger:
                ".o_ar_contact_message:contains('No calls to this debtor.'):contains('Written contact only')",
        },
        { trigger: "button[name='action_contact_override']", run: "click" },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] textarea",
            run: "edit Her director asked for this call",
        },
        { trigger: ".modal button[name='action_override']", run: "click" },
        {
            content: "Allowed for a while",
            trigger: "body:not(:has(.modal)) .o_ar_contact_message:contains('Allowed until')",
        },
    ],
});

/** A manager looks at what sharing out would change, and does it. */
registry.category("web_tour.tours").add("ar_rules_share", {
    steps: () => [
        { trigger: ".o_control_panel button:contains('Share out')", run: "click" },
        { trigger: ".modal .o_data_row:contains('Ann')" },
        { trigger: ".modal .o_data_row:contains('Ben')" },
        { trigger: ".modal .nav-link:contains('Changes')", run: "click" },
        { trigger: ".modal .o_data_row:contains('Three')" },
        { trigger: ".modal footer button[name='action_apply']", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_list_view" },
    ],
});
