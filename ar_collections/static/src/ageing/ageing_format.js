import { toLocaleDateString, deserializeDate } from "@web/core/l10n/dates";
import { formatFloat, formatMonetary } from "@web/views/fields/formatters";
import { getCurrency } from "@web/core/currency";

/** An amount without symbol, with the decimals of its currency; nothing is a dash. */
export function figure(value, currencyId) {
    if (value === null || value === undefined) {
        return "";
    }
    const digits = getCurrency(currencyId)?.digits || [16, 2];
    const text = formatFloat(Math.abs(value), { digits });
    if (!Number(Math.abs(value).toFixed(digits[1]))) {
        return "–";
    }
    return value < 0 ? `\u2212${text}` : text;
}

/** "17 Nov", with the year when it is not that of the report. */
export function shortDate(text, day) {
    const date = deserializeDate(text);
    const format = { day: "numeric", month: "short" };
    return date.toLocaleString(
        date.year === deserializeDate(day).year ? format : { ...format, year: "numeric" },
    );
}

export function longDate(text) {
    return toLocaleDateString(deserializeDate(text));
}

export function money(value, currencyId) {
    const text = formatMonetary(Math.abs(value || 0), { currencyId });
    return value < 0 ? `\u2212${text}` : text;
}

/** The row's place in the tree, as text. */
export function keyOf(row) {
    return row.level === "item" ? `item:${row.line_id}` : JSON.stringify(row.path);
}
