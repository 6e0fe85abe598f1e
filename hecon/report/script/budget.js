// The net cost of a decision by calendar year: who starts, who waits, and what each period costs.
// The face of hecon/studies/budget_values.py, analyses/queue.py and budget_impact.py.
"use strict";
const LONGEST = 100, ROUNDING = 1e-9;

/** The budget of a state, or why there is none. */
function budgetOf(model, spec, { moved, choices }) {
  const P = model.begin(model.inputs(moved), model.overrides(choices, moved));
  try {
    return { net: netByYear(model, spec, P) };
  } catch (fault) {
    return { fault };
  }
}

function need(holds, entry, value) {
  if (!holds) throw new Fault("budget_entry", { entry, value });
}

const SHARES = /^(uptake|without|displaced|blocks|waiting\.share$|waiting\.leave_month$)|(^|\.)(attrition|rate)$/;

/** Refuse a value that can't be what it stands for. */
function needPossible(entry, value) {
  const last = entry.split(".").at(-1);
  if (SHARES.test(entry)) return need(value >= 0 && value <= 1, entry, value);
  if (last === "limited") return need(value === 0 || value === 1, entry, value);
  if (last === "needed" || (entry.startsWith("full_time") && last === "per_year")) return need(value > 0, entry, value);
  return need(Number.isFinite(value) && (value >= 0 || /^(instead_of|beside)/.test(entry)), entry, value);
}

/** Formulas as numbers: one a year where they may rest on it. */
function budgetValues(model, spec) {
  const g = model.names, u = { year: NaN, stocks: [], quantities: spec.quantities.map(f => model.formulas[f](g)) };
  const value = formula => model.formulas[formula](g, u);
  const years = value(spec.entries.years[0]);
  need(Number.isInteger(years) && years >= 1 && years <= LONGEST && years <= spec.uptake, "years", years);
  const { months } = model.timing(spec.group), periods = Math.round(MONTHS / months);
  need(periods >= 1 && Math.abs(MONTHS / months - periods) < ROUNDING, "cycle_months", months);
  const resources = spec.resources.map((resource, i) => {
    const one = {};
    for (const part of spec.parts) {
      if (part in resource) needPossible(`${resource.name}.${part}`, one[part] = value(resource[part]));
    }
    const stock = [one.stock];
    for (let y = 0; y < years; y++) {
      [u.year, u.stocks[i]] = [y + 1, stock[y]];
      const added = value(resource.added);
      needPossible(`${resource.name}.added`, added);
      stock.push(stock[y] * (1 - one.attrition) + added);
    }
    const places = stock.map(s => ("stock" in one && one.limited > 0 ? (s * one.per_year) / one.needed : Infinity));
    return { stock, places };
  });
  const by = {};
  for (const [entry, [formula, yearly]] of Object.entries(spec.entries)) {
    by[entry] = Array.from({ length: yearly ? years : 1 }, (_, y) => {
      u.year = y + 1;
      u.stocks = resources.map(each => each.stock[y]);
      return value(formula);
    });
    by[entry].forEach(each => needPossible(entry, each));
  }
  const uptake = Array.from({ length: years }, (_, y) => by[`uptake[${y + 1}]`][0]);
  const share = name => by[name][0];
  const shares = kind => spec[kind].map(name => share(`${kind}.${name}`));
  const whole = (entry, parts) => {
    const total = parts.reduce((sum, v) => sum + v, 0);
    need(Math.abs(total - 1) < ROUNDING, entry, total);
  };
  whole("without", shares("without"));
  whole("displaced", shares("displaced"));
  const items = new Set(spec.blocks.flatMap(block => block.items));
  for (const item of items) {
    const paying = spec.blocks.filter(block => block.items.includes(item));
    whole(`blocks.${item}`, paying.map(({ name }) => share(`blocks[${name}].items.${item}`)));
  }
  spec.displaced.forEach((name, i) => {
    const kept = share(`without.${name}`), lost = Math.max(...uptake) * shares("displaced")[i];
    need(lost <= kept + ROUNDING, `displaced.${name}`, lost);
  });
  const places = Array.from({ length: years }, (_, y) => Math.min(Infinity, ...resources.map(each => each.places[y])));
  return { years, periods, by, uptake, places, shares };
}

/** First come, first served: who is treated, who returns to what he had, and who waits. */
function queueOf(demand, places, waits, leave) {
  const found = { treated: [], returned: [], waited: [] };
  let queued = 0;
  demand.forEach((come, t) => {
    const stay = (1 - leave) * queued, before = queued;
    const treated = Math.min(stay + come, places[t]);
    const unserved = come - Math.max(0, treated - stay);
    found.treated.push(treated);
    found.returned.push(leave * queued + (1 - waits) * unserved);
    queued = stay + come - treated - (1 - waits) * unserved;
    found.waited.push((before + queued) / 2);
  });
  return found;
}

/** What people cause by period, from what each does since his start. */
function convolved(starts, flows) {
  return starts.map((_, t) => {
    let sum = 0;
    for (let since = 0; since <= t && since < flows.length; since++) sum += starts[t - since] * flows[since];
    return sum;
  });
}

function netByYear(model, spec, P) {
  const { years, periods, by, uptake, places, shares } = budgetValues(model, spec);
  const count = years * periods, year = t => Math.floor(t / periods);
  const spread = values => Array.from({ length: count }, (_, t) => (values.length > 1 ? values[year(t)] : values[0]) / periods);
  const eligible = spread(by.eligible_per_year.length > 1 ? by.eligible_per_year : new Array(years).fill(by.eligible_per_year[0]));
  const demand = eligible.map((people, t) => people * uptake[year(t)]);
  const one = name => (name in by ? by[name][0] : 0);
  const leave = 1 - (1 - one("waiting.leave_month")) ** (MONTHS / periods);
  const found = queueOf(demand, spread(places.length > 1 ? places : [places[0]]), one("waiting.share"), leave);
  const left = demand.map((people, t) => people - found.returned[t]);
  const changes = new Map([[spec.strategy, found.treated]]);
  spec.displaced.forEach((name, i) => changes.set(name, left.map(people => -shares("displaced")[i] * people)));
  const cost = costsByItem(model, spec, P, count, years, changes);
  const since = t => ((t + 1) * MONTHS) / periods;
  for (const { entry, item } of spec.paid) {
    const month = by[`${entry}.month`][0], months = by[`${entry}.months`][0];
    const lasting = Array.from({ length: count }, (_, t) => month * Math.min(Math.max(months - (since(t) - since(0)), 0), since(0)));
    const amount = spread(by[`${entry}.amount`]), treated = convolved(found.treated, lasting);
    cost.push([item, amount.map((v, t) => v + treated[t])]);
  }
  const factor = item => (spec.vat === item ? 1 + by["vat.rate"][0] : 1);
  const net = new Array(years).fill(0), waited = found.waited.map(people => (people * MONTHS) / periods);
  // an item of the model comes before one of the budget that is called the same
  const first = new Map(cost.map(([item], i) => [item, i]).reverse());
  cost.forEach(([item, amounts], i) => {
    const own = i === first.get(item);
    let share = spec.paid.some(each => each.item === item) ? 1 : 0;
    for (const { name, items } of spec.blocks) if (items.includes(item)) share += by[`blocks[${name}].items.${item}`][0];
    amounts.forEach((amount, t) => {
      const waiting = own && spec.waiting === item ? waited[t] * by["waiting.cost_month"][0] : 0;
      net[year(t)] += (amount + waiting) * factor(item) * share;
    });
  });
  return net;
}

/** What the model's items cost more by period, without those that the budget pays otherwise. */
function costsByItem(model, spec, P, count, years, changes) {
  const { months } = model.timing(spec.group), g = model.names;
  const horizon = model.formulas[spec.group.horizon_years](g);
  const enough = count + 2 - (count % 2);
  const cycles = Math.min(Math.round((Math.max(horizon, years) * MONTHS) / months), enough);
  const program = model.programs[spec.group.programs[0].find(i => fits(model.programs[i].months, months, cycles))];
  if (!program) throw new Fault("length", {});
  const flows = program.prepare(P, cycles, months).flows(P, (kind, item, discounted) => kind === "cost" && !discounted);
  const found = [];
  program.outcomes.forEach(([kind, item, discounted], i) => {
    if (kind !== "cost" || discounted || spec.replaced.includes(item)) return;
    const total = new Array(count).fill(0);
    for (const [name, starts] of changes) {
      const each = flows[i][program.strategies.indexOf(name)];
      // the start itself belongs to the first period
      const since = Array.from(each.subarray(1, count + 1), (v, t) => (t ? v : v + each[0]));
      convolved(starts, since).forEach((v, t) => { total[t] += v; });
    }
    found.push([item, total]);
  });
  return found;
}
