// The answer as elements: sentences, tables and drawings. Words come from the page.
"use strict";

/** A table with a heading row; the first cell of each row is its heading. */
function tableShown(caption, heads, rows) {
  return el("div", { class: "box", tabindex: 0, role: "region", "aria-label": caption }, el("table", {},
    el("caption", {}, el("span", {}, caption)),
    heads.length ? el("thead", {}, el("tr", {}, ...heads.map((head, i) => el("th", { scope: "col", class: i ? "n" : null }, head)))) : null,
    el("tbody", {}, ...rows.map(([first, ...cells]) => el("tr", {}, el("th", { scope: "row" }, first), ...cells.map(cell => el("td", { class: "n" }, cell)))))));
}

/** The comparison as a sentence: its ICER, or dominance in words. */
function ratioSaid(writer, { pair: [a, b], verdict, cost, icer }) {
  const name = (verdict === "dominant" || verdict === "dominated") && cost === 0 ? `${verdict}_same` : verdict;
  return writer.say(name, { a, b, icer: writer.money(icer) });
}

/** The verdict at each threshold that is stated. */
function verdictsSaid(writer, rules, found) {
  const [a, b] = found.pair;
  return found.stated.flatMap((at, i) => {
    const threshold = writer.money(at), benefit = at * found.qaly - found.cost;
    if (!rules.judges) return [`${writer.say("benefit_at", { threshold })}: ${writer.money(benefit, true)}`];
    const name = benefit === 0 ? "same_benefit" : benefit > 0 ? "cost_effective" : "not_cost_effective";
    const said = [writer.say(name, { threshold, a, b })];
    if (rules.options.length > 2) {
      const names = found.best[i].map(each => rules.options[each]), all = writer.listed(rules.options);
      said.push(names.length > 1
        ? writer.say("equal", { names: writer.listed(names), threshold, all })
        : writer.say("best", { all, threshold, best: names[0] }));
    }
    return said;
  });
}

/** The answer in a line or two: what is exploratory before it, the verdict at its one threshold. */
function leadSaid(writer, rules, found) {
  const said = [ratioSaid(writer, found)];
  if (rules.judges && found.stated.length === 1) said.push(verdictsSaid(writer, rules, found)[0]);
  return (rules.mark ? `${rules.mark}: ` : "") + said.join(" ");
}

function answerShown(writer, rules, found, check) {
  const { words } = writer, { totals } = found, [a, b] = found.pair;
  const place = new Map(found.frontier.map(each => [rules.options[each.strategy], each]));
  const status = name => {
    const each = place.get(name);
    if (!each) return words.no_choice;
    if (!Number.isNaN(each.icer)) return writer.say("icer_step", { icer: writer.money(each.icer) });
    return { on: words.on, same: words.same, dominated: words.dominated_status, extended: words.extended }[each.status];
  };
  const rows = rules.strategies.map((name, s) => [
    name, writer.money(totals.cost[s]), writer.effect(totals.qaly[s]), status(name), writer.effect(totals.life_years[s]),
  ]);
  rows.push([
    writer.say("increment", { a, b }), writer.money(found.cost, true), writer.effect(found.qaly, true),
    Number.isNaN(found.icer) ? "" : writer.say("icer_step", { icer: writer.money(found.icer) }), writer.effect(found.lifeYears, true),
  ]);
  const limits = [];
  if ("shortfall" in found) {
    limits.push([words.shortfall, writer.effect(found.shortfall)], [words.proportional, writer.share(found.proportional)]);
    if (found.severity && !found.severity.sets_threshold) limits.push([words.weight, writer.number(found.weight)]);
  }
  limits.push([words.threshold, found.stated.map(at => writer.money(at)).join("; ")]);
  limits.push([words.benefit, found.stated.map(at => writer.money(at * found.qaly - found.cost, true)).join("; ")]);
  return [
    ...verdictsSaid(writer, rules, found).map(text => el("p", {}, text)),
    rules.judges ? null : el("p", {}, words.no_threshold),
    check,
    tableShown(words.totals, [words.alternative, words.cost, words.effects, words.on_frontier, words.life_years], rows),
    tableShown(words.severity, [], limits),
  ];
}

const mean = values => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Plane and acceptability of the draws. */
function drawnShown(writer, rules, found, drawn) {
  const { words } = writer, [a, b] = found.pair.map(name => rules.strategies.indexOf(name)), { threshold } = found;
  const gaps = values => values[a].map((v, k) => v - values[b][k]);
  const cost = gaps(drawn.cost), qaly = gaps(drawn.qaly), count = writer.grouped(cost.length, 0);
  const better = qaly.reduce((sum, q, k) => sum + (threshold * q > cost[k] ? 1 : 0), 0) / qaly.length;
  const means = { cost: writer.money(mean(cost), true), qaly: writer.effect(mean(qaly), true), count };
  const ranges = [around(qaly), around(cost)];
  const options = rules.options.map(name => rules.strategies.indexOf(name));
  const grid = Array.from({ length: 41 }, (_, i) => (i * rules.highest) / 40);
  const shares = acceptability(grid, options.map(i => drawn.cost[i]), options.map(i => drawn.qaly[i]));
  const short = writeShort(writer);
  return [
    el("p", {}, writer.say("probability", { threshold: writer.money(threshold), a: found.pair[0], share: writer.share(better), count }), " ", writer.say("drawn_icer", means)),
    chart({
      title: writer.say("plane", { a: found.pair[0], b: found.pair[1] }),
      said: writer.say("plane_said", means),
      x: { label: words.effects, range: ranges[0], write: v => writer.number(v) },
      y: { label: writer.priced(words.cost_axis), range: ranges[1], write: short },
      marks: cloud(qaly, cost, [mean(qaly), mean(cost)], threshold, ranges),
    }),
    chart({
      title: words.acceptability,
      said: words.acceptability_said,
      x: { label: writer.priced(words.threshold_axis), range: [0, rules.highest], write: short },
      y: { label: "%", range: [0, 1], write: v => writer.number(v * 100) },
      key: rules.options,
      marks: lines(options.map((_, i) => shares.map(each => each[i])), grid),
    }),
  ];
}

/** Amounts of money on an axis: thousands and millions in short. */
function writeShort(writer) {
  return v => {
    const size = Math.abs(v);
    if (size >= 1e6) return `${writer.number(v / 1e6)}M`;
    return size >= 1e4 ? `${writer.number(v / 1e3)}k` : writer.number(v);
  };
}

/** Who is where over time, of both strategies that are compared. */
function occupancyShown(writer, rules, found) {
  const { years, shares } = found.occupancy;
  return found.pair.map((strategy, i) => chart({
    title: writer.say("occupancy", { strategy }),
    said: rules.states.map((state, s) => `${state} ${writer.share(shares[i][s].at(-1))}`).join(", "),
    x: { label: writer.words.years_axis, range: [0, years.at(-1)], write: v => writer.number(v) },
    y: { label: "%", range: [0, 1], write: v => writer.number(v * 100) },
    key: rules.states,
    marks: lines(shares[i], years),
  }));
}

/** Net cost of the decision by year. */
function budgetShown(writer, budget, check) {
  if (budget.fault) return [el("p", { class: "note" }, writer.say("budget_not", { why: faultSaid(writer, budget.fault) }))];
  const total = budget.net.reduce((sum, v) => sum + v, 0), short = writeShort(writer);
  const drawing = chart({
    title: writer.words.budget,
    said: writer.say("budget_total", { amount: writer.millions(total), years: budget.net.length }),
    x: { label: writer.words.year_axis, range: [0.4, budget.net.length + 0.6], write: v => (Number.isInteger(v) ? String(v) : "") },
    y: { label: writer.priced(writer.words.cost_axis), range: around(budget.net), write: short },
    marks: bars(budget.net, 0.6),
  });
  if (check) drawing.append(check);
  return [drawing];
}
