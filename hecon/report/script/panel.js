// The page computes: what the controls say is worked out at once, the draws in workers after it.
"use strict";

/** Milliseconds between two looks at draws of which more are to come. */
const LOOKS = 150;

/** Kinds of choices that Python worked out by themselves. */
const CHECKED = ["scenario", "subgroup"], BUDGET_CHECKED = [...CHECKED, "budget"];

class Panel {
  constructor(root, data, code) {
    this.data = data;
    this.writer = new Writer(data.words, data.signs);
    this.model = new LiveModel(data.model);
    data.choices.forEach((choice, index) => {
      Object.assign(choice, this.model.spec.choices[index], { index });
      this.model.spec.choices[index] = choice;
    });
    this.model.choices = data.choices;
    const rules = (this.rules = data.rules);
    rules.pairOf = choices => choices.find(choice => choice.kind === "scenario")?.compare ?? rules.compared;
    this.lead = root.querySelector(".live-lead");
    this.answer = root.querySelector(".live-answer");
    this.figures = root.querySelector(".live-figures");
    put(this.figures, this.come = el("div", { class: "come" }), this.steady = el("div", { class: "steady" }));
    this.round = 0;
    this.crew = data.draws ? crewOf(code, this.model, data, message => this.arrived(message)) : null;
    this.controls = new Controls(root.querySelector(".live-controls"), data, this.writer, (state, problem) => this.update(state, problem));
    addEventListener("hashchange", () => { if (location.hash.startsWith(`#${OPENING}`)) this.controls.begin(); });
    root.hidden = false;
    this.controls.begin();
  }

  /** Choices of a state in the order in which they are made. */
  chosen(state) {
    return KINDS_OF_CHOICE.map(kind => state[kind]).filter(i => i !== null).map(i => this.data.choices[i]);
  }

  update(state, problem = null) {
    this.round += 1;
    this.drawn = null;
    if (problem !== null) return this.refuse(problem);
    const choices = this.chosen(state);
    try {
      this.found = answerOf(this.model, this.rules, { moved: state.moved, asked: state.asked, choices });
      this.budgetFound = this.data.budget ? budgetOf(this.model, this.data.budget, { moved: state.moved, choices }) : null;
    } catch (fault) {
      return this.refuse(faultSaid(this.writer, fault));
    }
    put(this.lead, leadSaid(this.writer, this.rules, this.found));
    put(this.answer, ...answerShown(this.writer, this.rules, this.found, this.check(state)));
    this.startDraws(state);
    this.drawSteady(state);
    return this.drawDrawn();
  }

  /** No answer: nothing of an earlier one stays to be seen. */
  refuse(text) {
    this.round += 1;
    this.found = null;
    this.crew?.stop();
    put(this.lead, this.writer.words.fault);
    put(this.answer, el("p", { class: "doubt", role: "alert" }, text));
    put(this.come);
    put(this.steady);
  }

  /** Python's figures beside the page's, where Python worked them out. */
  check(state) {
    const chosen = this.chosen(state), { writer, found } = this;
    const { base, choices } = this.data.python;
    const alone = chosen.length ? CHECKED.includes(chosen[0].kind) && choices[chosen[0].id] : base;
    if (Object.keys(state.moved).length || state.asked !== null || chosen.length > 1 || !alone) return el("p", { class: "note" }, writer.words.check_none);
    const [cost, qaly, threshold] = alone;
    const fine = near(found.cost, cost) && near(found.qaly, qaly) && near(found.threshold, threshold);
    const verdict = verdictOf(cost, qaly), ratio = verdict === "ratio" || verdict === "saving";
    const icer = ratio ? writer.say("icer_step", { icer: writer.money(cost / qaly) }) : writer.words.not_available;
    const values = { icer, cost: writer.money(cost, true), qaly: writer.effect(qaly, true) };
    return el("p", { class: fine ? "note" : "doubt", "data-check": fine ? "pass" : "fail" }, writer.say(fine ? "check_pass" : "check_fail", values));
  }

  /** The same of the budget. */
  budgetCheck(state) {
    const chosen = this.chosen(state), id = chosen.length ? chosen[0].id : "";
    const known = !Object.keys(state.moved).length && chosen.length < 2 && chosen.every(({ kind }) => BUDGET_CHECKED.includes(kind));
    const theirs = known && this.data.python.budget[id], ours = this.budgetFound?.net;
    if (!theirs || !ours) return null;
    const fine = ours.length === theirs.length && ours.every((v, i) => near(v, theirs[i]));
    return el("p", { class: fine ? "note" : "doubt", "data-budget": fine ? "pass" : "fail" }, this.writer.words[fine ? "budget_pass" : "budget_fail"]);
  }

  startDraws(state) {
    if (!this.crew) return;
    const { count } = this.data.draws, width = this.rules.strategies.length;
    this.pending = { id: this.round, cost: table(width, count), qaly: table(width, count), parts: [], done: 0, looked: performance.now() };
    this.crew.start({ id: this.round, moved: { ...state.moved }, choices: this.chosen(state).map(choice => choice.index), count });
  }

  arrived({ id, fault, start, count, totals }) {
    if (id !== this.round || !this.found) return;
    if (fault) {
      this.refuse(faultSaid(this.writer, fault));
      return;
    }
    const { pending } = this, width = this.rules.strategies.length;
    for (let k = 0; k < count; k++) {
      for (let s = 0; s < width; s++) {
        pending.cost[s][start + k] = totals[2 * width * k + s];
        pending.qaly[s][start + k] = totals[2 * width * k + width + s];
      }
    }
    pending.parts.push([start, start + count]);
    pending.done += count;
    const all = pending.done === this.data.draws.count;
    if (!all && performance.now() - pending.looked < LOOKS) return;
    pending.looked = performance.now();
    this.drawn = all ? pending : drawnSoFar(pending);
    this.drawDrawn();
  }

  /** What is said while draws are to come: none yet, or how many are shown. */
  waiting() {
    const { writer, drawn } = this, count = this.data.draws?.count, said = n => writer.grouped(n, 0);
    if (!this.crew || drawn?.done === count) return null;
    return drawn
      ? el("p", { class: "note waiting" }, writer.say("so_far", { done: said(drawn.done), count: said(count) }))
      : el("p", { class: "note waiting", role: "status" }, writer.say("working", { count: said(count) }));
  }

  /** Figures of the answer itself. */
  drawSteady(state) {
    put(this.steady, ...occupancyShown(this.writer, this.rules, this.found),
      ...(this.budgetFound ? budgetShown(this.writer, this.budgetFound, this.budgetCheck(state)) : []));
  }

  /** Figures of the draws that have come. */
  drawDrawn() {
    const waiting = this.waiting();
    const none = this.crew ? null : el("p", { class: "note" }, this.writer.words.no_draws);
    put(this.come, waiting, none, ...(this.drawn ? drawnShown(this.writer, this.rules, this.found, this.drawn) : []));
    this.figures.setAttribute("aria-busy", String(waiting !== null));
  }
}

/** Whether two figures are the same but for rounding. */
function near(ours, theirs) {
  return Math.abs(ours - theirs) <= 1e-9 * Math.max(Math.abs(theirs), 1e-3);
}

function table(rows, columns) {
  return Array.from({ length: rows }, () => new Float64Array(columns));
}

/** What is wrong, in words. */
function faultSaid(writer, fault) {
  const values = Object.fromEntries(Object.entries(fault.values ?? {}).map(([k, v]) => [k, typeof v === "number" ? writer.number(v) : v]));
  return writer.say(Object.hasOwn(writer.words, fault.name) ? fault.name : "failed", values);
}

/** Workers that share the draws; the page itself where a browser has none for it. */
function crewOf(code, model, data, tell) {
  const spec = { model: data.model, draws: data.draws };
  let runners;
  try {
    const address = URL.createObjectURL(new Blob([code, "\nworkerStart();"], { type: "text/javascript" }));
    runners = Array.from({ length: Math.min(4, Math.max(1, navigator.hardwareConcurrency || 2)) }, () => new Worker(address));
  } catch {
    runners = [];
  }
  let here = null;
  const alone = () => (here ??= drawing(model, decodedDraws(data.draws), tell));
  for (const runner of runners) {
    runner.postMessage({ spec });
    runner.onmessage = event => tell(event.data);
    runner.onerror = () => { runners.length = 0; };
  }
  return {
    start(request) {
      if (!runners.length) return alone()({ ...request, first: 0, last: request.count });
      const share = Math.ceil(request.count / runners.length);
      return runners.forEach((runner, i) => runner.postMessage({
        ...request, first: Math.min(i * share, request.count), last: Math.min((i + 1) * share, request.count),
      }));
    },
    stop() {
      runners.forEach(runner => runner.postMessage({ id: -1, moved: {}, choices: [], first: 0, last: 0 }));
    },
  };
}

/** What a worker does: it is told the model once, then what to draw. */
function workerStart() {
  let run = null;
  self.onmessage = ({ data }) => {
    if (data.spec) {
      const model = new LiveModel(data.spec.model);
      model.choices = data.spec.model.choices;
      run = drawing(model, decodedDraws(data.spec.draws), message => self.postMessage(message));
    } else run(data);
  };
}

/** Columns as numbers. */
function decodedDraws(draws) {
  return { ...draws, columns: draws.columns.map(decoded) };
}

/** Begin: everything is in the page. */
function startPanel() {
  const root = document.getElementById("live");
  const data = JSON.parse(document.getElementById("live-data").textContent);
  new Panel(root, data, document.getElementById("live-script").textContent);
}
if (typeof document !== "undefined" && document.getElementById("live-data")) startPanel();
