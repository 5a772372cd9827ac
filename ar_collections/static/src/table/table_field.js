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

    /** A column of numbers holds amounts, counts or fractions: one of them in each row. */
    kindOf(cell, column, row) {
        if (column.kind !== "number") {
            return column.kind;
        }
        if (typeof cell === "object") {
            return "money";
        }
        const isFraction = (one) => typeof one === "number" && !Number.isInteger(one);
        return row.some(isFraction) ? "decimal" : "integer";
    }

    /** Numbers with a true minus sign. */
    show(cell, column, row) {
        const text = this.format(cell, column, row);
        return this.isNumber(column) ? text.replace(/^-/, "\u2212") : text;
    }

    format(cell, column, row) {
        if (cell === null || cell === "") {
            return "";
        }
        switch (this.kindOf(cell, column, row)) {
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
