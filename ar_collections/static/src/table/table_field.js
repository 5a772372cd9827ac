import { Component } from "@odoo/owl";
import { deserializeDate, toLocaleDateString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat, formatInteger } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatAmount } from "@ar_collections/core/amounts";

const NUMBERS = new Set(["money", "integer", "decimal", "number", "date"]);

/** A report table (`tools/table.py`) on the screen. */
export class ArTable extends Component {
    static template = "ar_collections.Table";
    static props = { table: { type: Object } };

    isNumber(column) {
        return NUMBERS.has(column.kind);
    }

    /** A column of numbers holds amounts, counts and fractions, row by row. */
    kindOf(cell, column) {
        if (column.kind !== "number") {
            return column.kind;
        }
        if (typeof cell === "object") {
            return "money";
        }
        return Number.isInteger(cell) ? "integer" : "decimal";
    }

    /** Numbers with a true minus sign. */
    show(cell, column) {
        const text = this.format(cell, column);
        return this.isNumber(column) ? text.replace(/^-/, "\u2212") : text;
    }

    format(cell, column) {
        if (cell === null || cell === "") {
            return "";
        }
        switch (this.kindOf(cell, column)) {
            case "money":
                return cell.amount ? formatAmount(cell.amount, cell.currency_id) : "–";
            case "integer":
                return cell ? formatInteger(cell) : "–";
            case "decimal":
                return formatFloat(cell, { digits: [16, 1] });
            case "date":
                return toLocaleDateString(deserializeDate(cell));
        }
        return cell;
    }
}

export class ArTableField extends Component {
    static template = "ar_collections.TableField";
    static components = { ArTable };
    static props = { ...standardFieldProps };

    get table() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("ar_table", {
    component: ArTableField,
    displayName: _t("Table"),
    supportedTypes: ["json"],
});
