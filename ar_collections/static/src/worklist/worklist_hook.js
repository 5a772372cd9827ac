import { useExternalListener, useState, useSubEnv } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { KeysDialog } from "./keys_dialog";

const EDITABLE = "input:not([type=checkbox]), textarea, select, [contenteditable=true]";
const BUSY = "td[tabindex], th[tabindex], button, a, input, .o_searchview";
const COLLECTOR = "ar_collections.group_ar_collection_user";
export const PLANS = "ar_collections.group_ar_collection_plans";

/** The records of a list in the order they are shown, those of open groups only. */
export function shownRecords(list) {
    if (!list.isGrouped) {
        return list.records;
    }
    return list.groups
        .filter((group) => !group.isFolded)
        .flatMap((group) => shownRecords(group.list));
}

/**
 * The current debtor of a worklist, what can be done with it, and the keys for that.
 *
 * @param {() => Object} getList the list shown
 * @param {(record: Object) => any} open opens the page of a debtor
 */
export function useWorklist(getList, open) {
    const orm = useService("orm");
    const action = useService("action");
    const dialog = useService("dialog");
    const state = useState({ currentId: null, version: 0, mayAct: false, mayPlan: false });
    user.hasGroup(COLLECTOR).then((mayAct) => (state.mayAct = mayAct));
    user.hasGroup(PLANS).then((mayPlan) => (state.mayPlan = mayPlan));

    const records = () => shownRecords(getList());
    const current = () => records().find((record) => record.resId === state.currentId) || null;

    async function reload() {
        state.version += 1;
        await getList().model.load();
    }

    const worklist = {
        state,
        isCurrent: (record) => record.resId === state.currentId,
        setCurrent(record) {
            state.currentId = record ? record.resId : null;
        },
        /** Move by so many rows; without a current one, to the first. */
        move(step) {
            const all = records();
            const index = all.findIndex((record) => record.resId === state.currentId);
            const next = index < 0 ? 0 : Math.min(Math.max(index + step, 0), all.length - 1);
            worklist.setCurrent(all[next]);
        },
        /** Whom to call first: the current debtor, else the first that nobody works on. */
        first: () =>
            current() || records().find((record) => !inUseByOther(record)) || records()[0] || null,
        open: (record) => open(record),
        /** Do something with a debtor in a dialog; the list follows when it closes. */
        async act(record, method) {
            worklist.setCurrent(record);
            const ids = records().map((row) => row.resId);
            if (method === "action_log_call") {
                await orm.call("ar.collection", "action_take", [[record.resId]]);
            }
            const result = await orm.call("ar.collection", method, [[record.resId]], {
                context: { ...user.context, ...getList().context, ar_next_ids: ids },
            });
            if (result?.type) {
                await action.doAction(result, { onClose: reload });
            } else {
                await reload();
            }
        },
    };
    useSubEnv({ arWorklist: worklist });

    const free = (target) => !target.closest?.(EDITABLE);
    const onCurrent = (method) => () => {
        const record = current();
        if (record && state.mayAct && !inUseByOther(record)) {
            return worklist.act(record, method);
        }
    };
    useHotkey("j", () => worklist.move(1), { allowRepeat: true, isAvailable: free });
    useHotkey("k", () => worklist.move(-1), { allowRepeat: true, isAvailable: free });
    useHotkey("c", onCurrent("action_log_call"), { isAvailable: free });
    useHotkey("p", onCurrent("action_promise"), { isAvailable: free });
    useHotkey("d", onCurrent("action_dispute"), { isAvailable: free });
    useHotkey("l", onCurrent("action_plan"), {
        isAvailable: (target) => state.mayPlan && free(target),
    });
    useHotkey("s", onCurrent("action_snooze"), { isAvailable: free });
    useHotkey("g", onCurrent("action_pin"), { isAvailable: free });
    useHotkey("x", () => current()?.toggleSelection(), { isAvailable: free });
    useHotkey("enter", () => open(current()), {
        isAvailable: (target) => Boolean(current()) && !target.closest?.(BUSY),
    });
    useQuestionAndSlash(dialog);
    return worklist;
}

/** `?` and `/`, which the hotkey service leaves alone. */
export function useQuestionAndSlash(dialog) {
    const ui = useService("ui");
    const home = ui.activeElement;
    useExternalListener(window, "keydown", (ev) => {
        const typing = ev.target.closest?.(EDITABLE);
        if (typing || ev.ctrlKey || ev.altKey || ev.metaKey || ui.activeElement !== home) {
            return;
        }
        if (ev.key === "?") {
            dialog.add(KeysDialog, {});
        } else if (ev.key === "/") {
            ev.preventDefault();
            document.querySelector(".o_searchview_input")?.focus();
        }
    });
}

/** Whether a colleague works on the debtor of a row now. */
export function inUseByOther(record) {
    const by = record.data.in_use_by;
    return Boolean(by) && by.id !== user.userId;
}
