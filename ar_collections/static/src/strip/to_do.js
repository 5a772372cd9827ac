import { Component, onMounted, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** What waits for somebody besides the list: problems of the delivery, letters to print. */
export class ArToDo extends Component {
    static template = "ar_collections.ToDo";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ problems: 0, to_print: 0 });
        onMounted(async () => {
            Object.assign(
                this.state,
                await this.orm.silent.call("ar.collection.notice", "to_do", []),
            );
        });
    }

    get problems() {
        const { problems } = this.state;
        return problems === 1 ? _t("1 delivery problem") : _t("%s delivery problems", problems);
    }

    get toPrint() {
        const { to_print } = this.state;
        return to_print === 1 ? _t("1 letter to print") : _t("%s letters to print", to_print);
    }

    open(name) {
        return this.action.doAction(`ar_collections.${name}`);
    }
}
