/** Days before the first level and after the last that the ladder shows. */
const MARGIN = [5, 15];
/** Share of the width that a card takes, in percent. */
export const CARD_WIDTH = 19;

/**
 * Where the levels of a ladder stand: percent of the width, and the row of their card.
 *
 * Cards that would overlap stand in rows below each other.
 *
 * @param {number[]} days rising
 * @returns {{ first: number, last: number, places: { x: number, left: number, row: number }[] }}
 */
export function placeLevels(days) {
    const first = Math.min(-MARGIN[0], ...days.map((day) => day - MARGIN[0]));
    const last = Math.max(30, ...days.map((day) => day + MARGIN[1]));
    const ends = [];
    const places = days.map((day) => {
        const x = toPercent(day, first, last);
        const left = Math.min(Math.max(x - CARD_WIDTH / 2, 0), 100 - CARD_WIDTH);
        let row = ends.findIndex((end) => left >= end);
        row = row < 0 ? ends.length : row;
        ends[row] = left + CARD_WIDTH + 1;
        return { x, left, row };
    });
    return { first, last, places };
}

export function toPercent(day, first, last) {
    return ((day - first) / (last - first)) * 100;
}

/**
 * The ageing buckets as stretches of the axis.
 *
 * @param {number[]} limits last day of each bucket but the last
 * @returns {{ bucket: number, left: number, width: number }[]}
 */
export function placeBuckets(limits, first, last) {
    const starts = [first, 0, ...limits];
    return starts
        .map((start, bucket) => {
            const from = Math.max(start, first);
            const to = Math.min(starts[bucket + 1] ?? last, last);
            const left = toPercent(from, first, last);
            return { bucket, left, width: toPercent(to, first, last) - left };
        })
        .filter((stretch) => stretch.width > 0);
}
