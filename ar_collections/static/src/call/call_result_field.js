import { Component, onMounted, useExternalListener, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useSpecialData } from "@web/views/fields/relational_utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Results a phone shows before "More". */
const SHORT = 8;
const TYPING =
    "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";

/** The results of a call as buttons, each with its key; Ctrl+Enter saves and opens the next. */
export class ArCallResultField extends Component {
    static template = "ar_collections.CallResultField";
    static props = { ...standardFieldProps };

    setup() {
        this.root = useRef("root");
        this.state = useState({ all: !this.env.isSmall });
        this.specialData = useSpecialData((orm) =>
            orm.searchRead("ar.collection.call.result", [], ["asks", "display_name", "key"]),
        );
        // so that the keys work at once
        onMounted(() => !this.env.isSmall && this.root.el?.querySelector("button")?.focus());
        useExternalListener(window, "keydown", this.onKeydown.bind(this), { capture: true });
    }

    get chosen() {
        return this.props.record.data[this.props.name]?.id;
    }

    get results() {
        const results = this.specialData.data || [];
        return this.state.all
            ? results
            : results.filter((result, index) => index < SHORT || result.id === this.chosen);
    }

    get folded() {
        return !this.state.all && (this.specialData.data || []).length > SHORT;
    }

    async choose({ asks, id, display_name }) {
        if (this.props.readonly) {
            return;
        }
        await this.props.record.update({ [this.props.name]: { id, display_name } });
        if (asks === "callback") {
            const form = this.root.el?.closest(".o_form_view");
            form?.querySelector(
                ".o_field_widget[name='callback_at'] input, .o_field_widget[name='callback_at'] button",
            )?.focus();
        }
    }

    /** Whether the form is the topmost dialog. */
    get isOnTop() {
        const modals = document.querySelectorAll(".modal");
        return !modals.length || modals[modals.length - 1].contains(this.root.el);
    }

    onKeydown(event) {
        if (this.props.readonly || event.altKey || !this.root.el || !this.isOnTop) {
            return;
        }
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            const form = this.root.el.closest(".modal") || document;
            event.preventDefault();
            event.stopPropagation();
            document.activeElement?.blur();
            form.querySelector("button[name='action_save_next']")?.click();
        } else if (!event.ctrlKey && !event.metaKey && !event.target.closest?.(TYPING)) {
            const key = event.key.toUpperCase();
            const result = (this.specialData.data || []).find(
                (row) => row.key && row.key.toUpperCase() === key,
            );
            if (result) {
                event.preventDefault();
                event.stopPropagation();
                this.choose(result);
            }
        }
    }
}

registry.category("fields").add("ar_call_result", {
    component: ArCallResultField,
    displayName: _t("Result of a call"),
    supportedTypes: ["many2one"],
});
