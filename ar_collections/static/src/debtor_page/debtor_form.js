import { onWillUnmount, useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { BUCKET } from "@ar_collections/aged_bar/aged_bar";
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

    /** The next debtor is shown with all its items. */
    async onPagerUpdate() {
        delete this.model.config.context[BUCKET];
        return super.onPagerUpdate(...arguments);
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
        const others = root.resIds.length > 1;
        const action = await this.orm.call("ar.collection", method, [[root.resId]], {
            context: {
                ...user.context,
                ar_next_ids: others ? root.resIds : [],
                ar_next_on_page: true,
            },
        });
        if (action?.type) {
            return this.action.doAction(action, { onClose: (infos) => this.follow(infos) });
        }
        return root.load();
    }

    /** After "Save and next" the page shows the next debtor, and there the form opens again. */
    async follow(infos) {
        const nextId = infos?.ar_next_id;
        if (!nextId) {
            return this.model.root.load();
        }
        delete this.model.config.context[BUCKET];
        await this.model.load({ resId: nextId });
        // once the dialog that is being closed is gone
        browser.setTimeout(() => this.act("action_log_call"));
    }

    /** The button of the header does what its key does: the list goes on after the call. */
    async beforeExecuteActionButton(clickParams) {
        if (clickParams.name === "action_log_call" && !clickParams.context && this.isCollector) {
            await this.act("action_log_call");
            return false;
        }
        return super.beforeExecuteActionButton(...arguments);
    }
}

registry.category("views").add("ar_debtor_form", {
    ...formView,
    Controller: ArDebtorFormController,
});
