import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { WithSearch } from "@web/search/with_search/with_search";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ArAgeingTable } from "./ageing_table";

/** The ageing report with the search of debtors above it. */
export class ArAgeing extends Component {
    static template = "ar_collections.Ageing";
    static components = { ArAgeingTable, WithSearch };
    static props = { ...standardActionServiceProps };
    static path = "aged-receivables";
    static displayName = _t("Aged receivables");

    get searchProps() {
        return {
            resModel: "ar.collection",
            searchViewId: false,
            loadIrFilters: true,
            context: {},
            searchMenuTypes: ["filter", "favorite"],
            display: { controlPanel: {} },
            ...(this.props.globalState ? { globalState: this.props.globalState } : {}),
        };
    }

    get options() {
        return this.props.action.params?.options;
    }
}

registry.category("actions").add("ar_collection_ageing", ArAgeing);
