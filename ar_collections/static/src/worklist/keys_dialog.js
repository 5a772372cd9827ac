import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** Keys of the worklist and of the debtor's page. */
export const KEYS = [
    ["J / K", _t("next and previous debtor")],
    ["Enter", _t("open the debtor")],
    ["C", _t("log a call")],
    ["P", _t("promise to pay")],
    ["D", _t("dispute or query")],
    ["L", _t("payment plan, where plans are switched on")],
    ["S", _t("snooze")],
    ["X", _t("tick the row")],
    ["G", _t("pin or unpin")],
    ["/", _t("search")],
    ["Ctrl + Enter", _t("save and open the next debtor")],
    ["Esc", _t("close; asks when something was typed")],
    ["?", _t("show this list")],
];

export class KeysDialog extends Component {
    static template = "ar_collections.KeysDialog";
    static components = { Dialog };
    static props = { close: { type: Function } };

    setup() {
        this.title = _t("Keys");
        this.keys = KEYS;
    }
}

/** The keys used most, below the list. */
export class ArKeysBar extends Component {
    static template = "ar_collections.KeysBar";
    static props = {};

    setup() {
        this.dialog = useService("dialog");
        this.keys = [
            ["J", _t("next")],
            ["K", _t("previous")],
            ["C", _t("call")],
            ["P", _t("promise")],
            ["D", _t("dispute")],
            ["S", _t("snooze")],
            ["Enter", _t("open")],
            ["/", _t("search")],
        ];
    }

    showAll() {
        this.dialog.add(KeysDialog, {});
    }
}
