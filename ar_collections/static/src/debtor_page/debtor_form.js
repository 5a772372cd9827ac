import { onWillUnmount, useEffect } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { PLANS, useQuestionAndSlash } from "@ar_collections/worklist/worklist_hook";

const COLLECTOR = "ar_collections.group_ar_collection_user";
/** While a page is open its mark is made to last, in milliseconds. */
const HEARTBEAT = 4 * 60 * 1000;

/** The page of a debtor: marked as being worked on while it is open, and led by keys. */
export class ArDebtorFormController extends FormController {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
        useEffect(
            (resId) => {
                this.take(resId);
                const timer = setInterval(() => this.take(resId), HEARTBEAT);
                return () => clearInterval(timer);
            },
            () => [this.model.root.resId],
        );
        onWillUnmount(() => this.release());
        const free = (target) =>
            !target.closest?.("input, textarea, select, [contenteditable=true]");
        const key = (letter, callback) => useHotkey(letter, callback, { isAvailable: free });
        key("j", () => document.querySelector(".o_pager_next")?.click());
        key("k", () => document.querySelector(".o_pager_previous")?.click());
        key("c", () => this.act("action_log_call"));
        key("p", () => this.act("action_promise"));
        key("d", () => this.act("action_dispute"));
        key("l", async () => (await user.hasGroup(PLANS)) && this.act("action_plan"));
        key("s", () => this.act("action_snooze"));
        key("g", () => this.act("action_pin"));
        useQuestionAndSlash(useService("dialog"));
    }

    async take(resId) {
        this.isCollector ??= await user.hasGroup(COLLECTOR);
        if (resId && this.isCollector) {
            this.held = resId;
            await this.orm.silent.call("ar.collection", "action_take", [[resId]]);
        }
    }

    release() {
        if (this.held) {
            this.orm.silent.call("ar.collection", "action_release", [[this.held]]);
        }
    }

    async act(method) {
        const { root } = this.model;
        if (!this.isCollector || !(await root.save())) {
            return;
        }
        const action = await this.orm.call("ar.collection", method, [[root.resId]], {
            context: { ...user.context, ar_next_ids: root.resIds },
        });
        if (action?.type) {
            return this.action.doAction(action, { onClose: () => root.load() });
        }
        return root.load();
    }
}

registry.category("views").add("ar_debtor_form", {
    ...formView,
    Controller: ArDebtorFormController,
});
