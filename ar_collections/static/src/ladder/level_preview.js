import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";

const MANAGER = "ar_collections.group_ar_collection_manager";
/** Widths of a sheet of paper and of an e-mail on screen, in pixels. */
const SHEET = 800;
const MAIL = 660;

/** The debtor and language last chosen, for all levels of the session. */
const chosen = { collection: false, company: false, lang: false };

/** What a level says to a debtor tonight: e-mail, letter, call script; and a test to oneself. */
export class ArLevelPreview extends Component {
    static template = "ar_collections.LevelPreview";
    static components = { RecordSelector };
    static props = {
        level: { type: Object },
        policy: { type: Object },
        edit: { type: Function },
        remove: { type: Function },
        save: { type: Function },
        readonly: { type: Boolean, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        Object.assign(this, { SHEET, MAIL });
        this.state = useState({ shown: null, busy: false, isManager: false });
        onWillStart(async () => {
            this.state.isManager = await user.hasGroup(MANAGER);
            this.load(this.props);
        });
        onWillUpdateProps((props) => {
            if (this.stampOf(props) !== this.stamp) {
                this.load(props);
            }
        });
    }

    /** Moves with every saved change of the level. */
    stampOf({ level }) {
        return `${level.resId} ${level.data.write_date}`;
    }

    get companyId() {
        return this.props.policy.data.company_id?.id;
    }

    get debtorDomain() {
        return [
            ["company_id", "=", this.companyId],
            ["total_due", ">", 0],
        ];
    }

    get isDirty() {
        return !this.props.level.resId || this.props.level.dirty;
    }

    get summary() {
        const { delay, min_days, deadline_days } = this.props.level.data;
        const parts = [
            delay < 0 ? _t("%s days before the due date", -delay) : _t("Day %s", delay),
            min_days ? _t("at least %s days after the level before", min_days) : "",
            _t("%s days to pay", deadline_days),
        ];
        return parts.filter(Boolean).join(", ");
    }

    async load(props = this.props) {
        this.stamp = this.stampOf(props);
        const { level } = props;
        if (!level.resId) {
            this.state.shown = null;
            return;
        }
        this.state.busy = true;
        try {
            if (chosen.company !== this.companyId) {
                Object.assign(chosen, { collection: false, company: this.companyId, lang: false });
            }
            const shown = await this.orm.call("ar.collection.level", "action_preview", [
                [level.resId],
                chosen.collection,
                chosen.lang,
            ]);
            this.state.shown = shown;
        } finally {
            this.state.busy = false;
        }
    }

    chooseDebtor(collection) {
        Object.assign(chosen, { collection, lang: false });
        return this.load();
    }

    chooseLang(ev) {
        chosen.lang = ev.target.value;
        return this.load();
    }

    async saveAndShow() {
        const { level } = this.props;
        if ((await this.props.save()) && level.resId) {
            return this.load();
        }
    }

    async sendTest() {
        const action = await this.orm.call("ar.collection.level", "action_send_test", [
            [this.props.level.resId],
            this.state.shown.collection_id,
            chosen.lang,
        ]);
        return this.action.doAction(action);
    }

    /** A document keeps its width and is shown smaller where there is less room. */
    fit(ev, width) {
        const frame = ev.target;
        const box = frame.parentElement;
        const scale = Math.min(1, box.clientWidth / width);
        frame.style.width = `${width}px`;
        const height = frame.contentDocument.documentElement.scrollHeight;
        Object.assign(frame.style, { height: `${height}px`, transform: `scale(${scale})` });
        box.style.height = `${Math.ceil(height * scale)}px`;
    }
}
