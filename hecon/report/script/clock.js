// When cycles begin, end and count: the face of hecon/engine/clock.py in the browser.
"use strict";
const MONTHS = 12, WEEKS = 365.25 / 7, TOLERANCE = 1e-9;

/** An array of numbers 0..cycles, each a function of its cycle. */
function byCycle(cycles, value) {
  return Float64Array.from({ length: cycles + 1 }, (_, t) => value(t));
}

/** Weights of occupancy at the end of a cycle, by a rule's pattern: first, odd, even, last. */
function endWeights(rule, cycles) {
  if (rule.even_cycles && cycles % 2) throw new Fault("odd_cycles", { cycles });
  return byCycle(cycles, t => {
    if (t === cycles) return rule.last;
    if (t === 0) return rule.first;
    return t % 2 ? rule.odd : rule.even;
  });
}

/** Ends of the cycles in years, from 0; months are a number, or an array where they differ. */
function endsOf(cycles, months) {
  const ends = new Float64Array(cycles + 1);
  for (let t = 1; t <= cycles; t++) {
    ends[t] = typeof months === "number" ? (t * months) / MONTHS : ends[t - 1] + months[t - 1] / MONTHS;
  }
  return ends;
}

/** Years in a state after some completed cycles in it, at most those that are remembered. */
function inState(ends, cycles, completed, memory, atEnd) {
  return byCycle(cycles, t => {
    const now = t - (atEnd ? 0 : 1);
    return Math.min(ends[Math.max(now, 0)] - ends[Math.max(now - completed, 0)], memory);
  });
}

/** Times and weights for t = 0..cycles, as a program's functions and sums read them. */
function clockOf(rule, cycles, months, times) {
  const even = typeof months === "number";
  const ends = endsOf(cycles, months);
  const length = even ? months / MONTHS : byCycle(cycles, t => months[Math.max(t - 1, 0)] / MONTHS);
  const begun = t => Math.max(t - 1, 0);
  const known = even
    ? {
        cycle: byCycle(cycles, t => t),
        year: byCycle(cycles, t => (begun(t) * months) / MONTHS),
        counted_year: byCycle(cycles, t => ((rule.points ? t : begun(t)) * months) / MONTHS),
        discount_time: byCycle(cycles, t => (rule.points ? t : begun(t) + rule.moment) * length),
      }
    : {
        cycle: byCycle(cycles, t => t),
        year: byCycle(cycles, t => ends[begun(t)]),
        counted_year: byCycle(cycles, t => ends[begun(t)]),
        discount_time: byCycle(cycles, t => ends[begun(t)] + rule.moment * length[t]),
        cycle_years: length,
        end_week: byCycle(cycles, t => ends[t] * WEEKS),
      };
  const after = endWeights(rule, cycles);
  const before = byCycle(cycles, t => (t ? rule.before : 0));
  return {
    cycles,
    cycleYears: even ? length : NaN,
    ends,
    times: times.map(what => (typeof what === "string" ? known[what] : inState(ends, cycles, ...what))),
    calendar: even ? null : calendarOf(known, cycles),
    before,
    after,
    events: byCycle(cycles, t => (t ? (rule.weighs_events ? before[t] + after[t] : 1) : 0)),
  };
}

/** Which cycle a week is in, by minus the week: the row of the first end not before it. */
function calendarOf(known, cycles) {
  const found = { keys: new Float64Array(cycles + 1) };
  for (let row = 0; row <= cycles; row++) {
    // as a table's keys, they count to nine decimals
    found.keys[row] = row ? -Math.round(known.end_week[cycles + 1 - row] * 1e9) / 1e9 : -Infinity;
  }
  for (const name of ["cycle", "year", "discount_time", "cycle_years"]) {
    const later = name === "cycle" ? cycles + 1 : known[name][cycles];
    found[name] = Float64Array.from(found.keys, (_, row) => (row ? known[name][cycles + 1 - row] : later));
  }
  return found;
}
