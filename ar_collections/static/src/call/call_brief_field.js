import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Script, last words and what is good to know, beside the form; on a phone it is folded. */
export class ArCallBriefField extends Component {
    static template = "ar_collections.CallBriefField";
    static props = { ...standardFieldProps };

    get brief() {
        return this.props.record.data[this.props.name] || {};
    }

    get stepsText() {
        return _t("%s steps", this.brief.steps?.length || 0);
    }
}

registry.category("fields").add("ar_call_brief", {
    component: ArCallBriefField,
    displayName: _t("Script of a call"),
    supportedTypes: ["json"],
});
