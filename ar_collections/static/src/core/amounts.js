import { formatMonetary } from "@web/views/fields/formatters";

/**
 * An amount with its currency's own decimals and symbol, and a true minus sign.
 *
 * @param {number} value
 * @param {number} currencyId
 * @returns {string}
 */
export function formatAmount(value, currencyId) {
    return formatMonetary(value || 0, { currencyId }).replace("-", "\u2212");
}
