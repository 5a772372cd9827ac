import { SignatureForm } from "@portal/signature_form/signature_form";
import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { NameAndSignature } from "@web/core/signature/name_and_signature";

/** Core's, which fails when somebody types faster than the area to sign appears. */
class PlanNameAndSignature extends NameAndSignature {
    async drawCurrentName() {
        if (this.signatureRef.el) {
            await super.drawCurrentName();
        }
    }
}

/** Core's signature form, which also asks for the position and for consent. */
export class PlanSign extends SignatureForm {
    static template = "ar_collections.PlanSign";
    static components = { NameAndSignature: PlanNameAndSignature };

    setup() {
        super.setup();
        this.answer = useState({ position: "", agreed: false, busy: false });
    }

    get mayNotSign() {
        const { agreed, busy } = this.answer;
        return busy || !agreed || this.signature.isSignatureEmpty || !this.signature.name?.trim();
    }

    async onClickSubmit() {
        this.answer.busy = true;
        this.state.error = false;
        try {
            const answer = await rpc(this.props.callUrl, {
                name: this.signature.name,
                signature: this.signature.getSignatureImage().split(",")[1],
                position: this.answer.position,
                fingerprint: this.props.fingerprint,
            });
            if (answer.redirect_url) {
                window.location = answer.redirect_url;
                return;
            }
            this.state.error = answer.error;
        } catch {
            this.state.error = _t("The signature did not arrive. Please try again in a minute.");
        }
        this.answer.busy = false;
    }
}

registry.category("public_components").add("ar_collections.plan_sign", PlanSign);
