import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";

/**
 * Script, last words and what is good to know, beside the form; on a phone it is folded. Below
 * it what can be done while talking: it happens at once, and the call names it when saved.
 */
export class ArCallBriefField extends Component {
    static template = "ar_collections.CallBriefField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({ busy: false, hardship: false });
    }

    get data() {
        return this.props.record.data;
    }

    get brief() {
        return this.data[this.props.name] || {};
    }

    get isKnown() {
        const { steps, last, note, facts } = this.brief;
        return Boolean(steps?.length || last || note || facts?.length);
    }

    get knownText() {
        return _t("Good to know");
    }

    get stepsText() {
        const { length } = this.brief.steps || [];
        return length ? _t("%s steps", length) : "";
    }

    get context() {
        return { ...user.context, ar_collections_call_key: this.data.request_key };
    }

    get ticked() {
        return this.data.line_ids.currentIds;
    }

    sendCopies() {
        if (!this.ticked.length) {
            return this.notification.add(_t("Please tick the invoices to send copies of."), {
                type: "warning",
            });
        }
        return this.do("account.move.line", "action_ar_copy", this.ticked);
    }

    sendNotice() {
        return this.do("ar.collection", "action_send_notice", [this.data.collection_id.id]);
    }

    /** Once, however often it is clicked; the answer is shown beside the form. */
    async do(model, method, ids) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            const { params } = await this.orm.call(model, method, [ids], { context: this.context });
            this.notification.add(params.message, { type: params.type });
        } finally {
            this.state.busy = false;
        }
    }

    async noteHardship() {
        const resId = this.data.collection_id.id;
        const action = await this.orm.call("ar.collection", "action_hardship", [[resId]]);
        this.dialog.add(FormViewDialog, {
            resModel: "ar.collection",
            resId,
            viewId: action.view_id,
            title: action.name,
            size: "md",
            onRecordSaved: (record) => (this.state.hardship = record.data.hardship),
        });
    }
}

registry.category("fields").add("ar_call_brief", {
    component: ArCallBriefField,
    displayName: _t("Script of a call"),
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "request_key", type: "char" },
        { name: "collection_id", type: "many2one", relation: "ar.collection" },
    ],
});
