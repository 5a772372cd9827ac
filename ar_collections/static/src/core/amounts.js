import { formatMonetary } from "@web/views/fields/formatters";

/**
 * An amount with its currency's own decimals and symbol, and a true minus sign.
 *
 * @param {number} value
 * @param {number} currencyId
 * @returns {string}
 */
export function formatAmount(value, currencyId) {
    const text = formatMonetary(Math.abs(value || 0), { currencyId });
    return value < 0 ? `\u2212${text}` : text;
}
