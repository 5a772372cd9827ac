import { useState } from "@odoo/owl";
import { Chatter } from "@mail/chatter/web_portal/chatter";
import { Message } from "@mail/core/common/message";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** What the timeline of a debtor can be narrowed to. */
const CHIPS = [
    { kind: "", label: _t("All") },
    { kind: "call", label: _t("Calls") },
    { kind: "notice", label: _t("Notices") },
    { kind: "promise", label: _t("Promises") },
    { kind: "payment", label: _t("Payments") },
    { kind: "credit", label: _t("Credit notes") },
    { kind: "dispute", label: _t("Disputes") },
    { kind: "plan", label: _t("Plans") },
    { kind: "hold", label: _t("Holds") },
];

patch(Chatter.prototype, {
    setup() {
        super.setup(...arguments);
        this.arTimeline = useState({ kind: "" });
    },

    get arChips() {
        return this.props.threadModel === "ar.collection" ? CHIPS : [];
    },
});

patch(Message.prototype, {
    get attClass() {
        const kind = this.message.ar_kind;
        return { ...super.attClass, [`o_ar_about_${kind || "else"}`]: true };
    },
});
