import { toLocaleDateTimeString } from "@web/core/l10n/dates";

const { DateTime } = luxon;

/**
 * A moment in short: the time if it is of today, else day and time.
 *
 * @param {import("luxon").DateTime} moment
 * @returns {string}
 */
export function formatMoment(moment) {
    return moment.hasSame(DateTime.now(), "day")
        ? moment.toLocaleString(DateTime.TIME_SIMPLE)
        : toLocaleDateTimeString(moment);
}
