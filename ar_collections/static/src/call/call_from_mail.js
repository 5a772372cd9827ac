import { toRaw } from "@odoo/owl";
import { registerMessageAction } from "@mail/core/common/message_actions";
import { Activity } from "@mail/core/web/activity";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const MODEL = "ar.collection";

/** Do what a method of the account returns, and read the timeline anew. */
async function open(env, accountId, method, context, thread) {
    const action = await env.services.orm.call(MODEL, method, [[accountId]], { context });
    return env.services.action.doAction(action, {
        onClose: () => thread?.fetchNewMessages?.(),
    });
}

/** A message of a debtor, not one of ours. */
function isOfDebtor({ message, thread }) {
    return thread?.model === MODEL && message.message_type === "email" && !message.isSelfAuthored;
}

const contextOf = (message) => ({ ar_message_id: toRaw(message).id });

registerMessageAction("ar-log-call", {
    condition: isOfDebtor,
    icon: "fa fa-phone",
    name: _t("Log as call"),
    onSelected: ({ message, owner, thread }) =>
        open(owner.env, thread.id, "action_log_call", contextOf(message), thread),
    sequence: 15,
});
registerMessageAction("ar-promise", {
    condition: isOfDebtor,
    icon: "fa fa-calendar-check-o",
    name: _t("Promise"),
    onSelected: ({ message, owner, thread }) =>
        open(
            owner.env,
            thread.id,
            "action_log_call",
            { ...contextOf(message), ar_result: "promise" },
            thread,
        ),
    sequence: 16,
});

registerMessageAction("ar-dispute", {
    condition: isOfDebtor,
    icon: "fa fa-flag-o",
    name: _t("Dispute"),
    onSelected: ({ message, owner, thread }) =>
        open(owner.env, thread.id, "action_dispute", contextOf(message), thread),
    sequence: 17,
});

/** An activity on a debtor can be logged as a call, which marks it as done. */
patch(Activity.prototype, {
    get arIsOfDebtor() {
        return this.props.activity.res_model === MODEL;
    },
    async arLogCall() {
        const { activity, onActivityChanged } = this.props;
        const thread = this.thread;
        const action = await this.env.services.orm.call(
            MODEL,
            "action_log_call",
            [[activity.res_id]],
            { context: { ar_activity_id: activity.id } },
        );
        await this.env.services.action.doAction(action, {
            onClose: () => {
                onActivityChanged(thread);
                thread.fetchNewMessages();
            },
        });
    },
});
