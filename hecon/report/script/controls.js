// The panel's controls: choices, inputs with sliders, search, what differs, and what is saved.
"use strict";
const MOST_FOUND = 8;

class Controls {
  constructor(root, data, writer, changed) {
    this.root = root;
    this.data = data;
    this.writer = writer;
    this.changed = changed;
    this.inputs = new Map(data.inputs.map(input => [input.key, input]));
    this.shown = [...data.first];
    this.refused = new Map();
    this.state = baseState();
    const say = (name, values) => writer.say(name, values);
    this.rows = el("div", { class: "rows" });
    this.budgetRows = el("div", { class: "rows" });
    this.results = el("ul", { class: "found" });
    this.message = el("p", { class: "note", role: "status" });
    this.differs = el("ul", {});
    this.saved = el("div", {});
    this.search = el("input", { type: "search", id: "live-search", oninput: () => this.find() });
    this.choosers = KINDS_OF_CHOICE.toReversed().map(kind => this.chooser(kind)).filter(each => each !== null);
    const isRule = each => RULES.includes(each.dataset.kind);
    const button = (name, act) => el("button", { type: "button", onclick: act }, say(name));
    put(
      root,
      ...this.choosers.filter(each => !isRule(each)),
      this.rules(this.choosers.filter(isRule)),
      el("h3", {}, say("inputs")),
      this.rows,
      ...(data.budget_first.length ? [el("h3", {}, say("budget_inputs")), this.budgetRows] : []),
      el("label", { for: "live-search" }, say("search")),
      this.search,
      this.results,
      el("h3", {}, say("changed")),
      this.differs,
      el("p", { class: "buttons" },
        button("reset", () => this.set(baseState())),
        button("link", () => this.link()),
        button("save_scenario", () => this.saveScenario()),
        button("save_inputs", () => this.saveInputs())),
      this.message,
      this.saved,
    );
  }

  /** Begin with what the address asks for. */
  begin() {
    const { state, unknown } = stateOf(location.hash, this.inputs, this.data.choices, this.writer);
    this.set(state);
    if (unknown.length) this.message.textContent = this.writer.say("unknown", { names: unknown.join(", ") });
  }

  chooser(kind) {
    const choices = this.data.choices.filter(choice => choice.kind === kind);
    if (!choices.length) return null;
    const named = choice => (choice.id === choice.title || RULES.includes(kind) ? choice.title : `${choice.id}: ${choice.title}`);
    const options = choices.map(choice => el("option", { value: choice.index }, named(choice)));
    const select = el("select", { id: `live-${kind}`, onchange: () => {
      this.state[kind] = select.value === "" ? null : Number(select.value);
      for (const key of Object.keys(this.state.moved)) if (this.locked(key)) delete this.state.moved[key];
      this.set(this.state);
    } }, el("option", { value: "" }, this.writer.words.base_case), ...options);
    return el("div", { class: "choice", "data-kind": kind }, el("label", { for: select.id }, this.named(kind)), select);
  }

  /** What a kind of choice is called. */
  named(kind) {
    return this.writer.words[{ budget: "budget_scenario", severity: "severity_rule" }[kind] ?? kind];
  }

  /** Rules of other countries, and the value of the effect that is judged by. */
  rules(choosers) {
    const { words } = this.writer;
    this.asked = el("input", { type: "text", inputmode: "decimal", id: "live-asked", oninput: () => {
      const value = this.asked.value.trim() === "" ? null : this.writer.read(this.asked.value);
      const fine = value === null || (value >= 0 && value < Infinity);
      this.asked.setAttribute("aria-invalid", String(!fine));
      this.refused.delete(ASKED);
      if (fine) this.state.asked = value;
      else this.refused.set(ASKED, this.writer.say("out_of_range", { label: words.asked, value: this.asked.value, allowed: this.writer.say("at_least", { low: "0" }) }));
      this.told();
    } });
    return el("details", {}, el("summary", {}, words.rules),
      choosers.length ? el("p", { class: "note" }, words.rules_said) : null,
      ...choosers,
      el("label", { for: "live-asked" }, words.asked), this.asked, el("p", { class: "note" }, words.asked_said));
  }

  /** Whether a choice puts a formula in an input's place. */
  locked(key) {
    const chosen = KINDS_OF_CHOICE.map(kind => this.state[kind]).filter(i => i !== null);
    return chosen.some(i => this.data.choices[i].sets.some(([name, value]) => name === this.inputs.get(key).column && value === null));
  }

  /** An input's own value in the choices that are made. */
  base(key) {
    const input = this.inputs.get(key);
    let value = input.value;
    for (const kind of KINDS_OF_CHOICE) {
      const sets = this.state[kind] === null ? [] : this.data.choices[this.state[kind]].sets;
      for (const [name, set] of sets) if (name === input.column && set !== null) value = set;
    }
    return value;
  }

  set(state) {
    this.state = state;
    for (const each of this.choosers) {
      each.querySelector("select").value = state[each.dataset.kind] ?? "";
    }
    this.asked.value = state.asked === null ? "" : this.writer.typed(state.asked);
    this.asked.setAttribute("aria-invalid", "false");
    if (state.asked !== null || RULES.some(kind => state[kind] !== null)) this.asked.closest("details").open = true;
    this.show();
    this.told();
  }

  /** Tell what the state is now. */
  told() {
    this.differ();
    put(this.saved);
    this.message.textContent = "";
    const hash = hashOf(this.state, this.data.choices);
    if (hash !== location.hash && (hash || location.hash.startsWith(`#${OPENING}`))) {
      history.replaceState(null, "", hash || location.href.split("#")[0]);
    }
    // while a field holds what can't be, no answer is shown that leaves it out
    this.changed(this.state, this.refused.size ? [...this.refused.values()][0] : null);
  }

  show() {
    this.refused.clear();
    const { budget_first } = this.data, rowOf = key => this.row(this.inputs.get(key));
    const shown = [...new Set([...Object.keys(this.state.moved), ...this.shown])];
    put(this.rows, ...shown.filter(key => !budget_first.includes(key)).map(rowOf));
    put(this.budgetRows, ...budget_first.map(rowOf));
  }

  row(input) {
    const { writer } = this, say = (name, values) => writer.say(name, values), locked = this.locked(input.key);
    const base = this.base(input.key), now = this.state.moved[input.key] ?? base;
    const fault = el("p", { class: "problem", role: "alert" });
    const field = el("input", { type: "text", inputmode: "decimal", value: writer.typed(now), "aria-label": say("value_of", { label: input.label }), disabled: locked || input.shares });
    const low = input.range ? Math.min(input.range[0], base) : 0, high = input.range ? Math.max(input.range[1], base) : 0;
    const slider = input.range
      ? el("input", { type: "range", min: low, max: high, step: (high - low) / 200, value: now, "aria-label": say("slider_of", { label: input.label }), disabled: locked || input.shares })
      : null;
    const move = value => {
      const problem = problemOf(writer, input, value);
      fault.textContent = problem ?? "";
      field.setAttribute("aria-invalid", problem ? "true" : "false");
      if (problem) {
        this.refused.set(input.key, problem);
        this.changed(null, problem);
        return;
      }
      this.refused.delete(input.key);
      if (value === base) delete this.state.moved[input.key];
      else this.state.moved[input.key] = value;
      back.hidden = value === base;
      this.told();
    };
    const typed = () => move(writer.read(field.value));
    field.addEventListener("input", () => { typed(); if (slider) slider.value = writer.read(field.value); });
    if (slider) slider.addEventListener("input", () => { field.value = writer.typed(Number(Number(slider.value).toPrecision(4))); typed(); });
    const back = el("button", { type: "button", class: "back", "aria-label": say("back", { label: input.label }), onclick: () => {
      field.value = writer.typed(base);
      if (slider) slider.value = base;
      move(base);
      field.focus();
    } }, say("back_short"));
    back.hidden = now === base;
    const unit = input.unit ? ` ${input.unit}` : "";
    const note = locked ? say("by_choice", { label: input.label }) : say("base_value", { value: writer.number(base) }) + unit;
    return el("div", { class: "row", "data-key": input.key },
      el("div", { class: "name" }, input.label),
      el("div", { class: "field" }, slider, field, back),
      el("div", { class: "note" }, note, " ", el("span", { class: `mark ${input.status}` }, input.mark)),
      fault);
  }

  find() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return put(this.results);
    const fits = [...this.inputs.values()].filter(input => {
      const text = `${input.key} ${input.label}`.toLowerCase();
      return !input.shares && words.every(word => text.includes(word));
    });
    const items = fits.slice(0, MOST_FOUND).map(input => el("li", {}, el("button", { type: "button", onclick: () => {
      this.shown = [input.key, ...this.shown.filter(key => key !== input.key)];
      this.search.value = "";
      put(this.results);
      this.show();
      this.root.querySelector(`[data-key="${CSS.escape(input.key)}"] input`).focus();
    } }, this.writer.say("add", { label: `${input.label} (${input.key})` }))));
    if (fits.length > MOST_FOUND) items.push(el("li", {}, this.writer.say("more_found", { count: fits.length - MOST_FOUND })));
    if (!fits.length) items.push(el("li", {}, this.writer.words.found_none));
    return put(this.results, ...items);
  }

  differ() {
    const { writer, state } = this, items = [];
    for (const kind of KINDS_OF_CHOICE.toReversed()) {
      if (state[kind] !== null) items.push(`${this.named(kind)}: ${this.data.choices[state[kind]].title}`);
    }
    if (state.asked !== null) items.push(writer.say("asked_now", { value: writer.money(state.asked) }));
    for (const [key, value] of Object.entries(state.moved)) {
      const { label, unit } = this.inputs.get(key);
      items.push(writer.say("was", { label, value: writer.number(value), base: writer.number(this.base(key)), unit }));
    }
    put(this.differs, ...(items.length ? items : [writer.words.nothing_changed]).map(text => el("li", {}, text)));
  }

  async link() {
    let said = "link_here";
    try {
      await navigator.clipboard.writeText(location.href);
      said = "link_copied";
    } catch { /* a page from a disk may not write there */ }
    this.message.textContent = this.writer.words[said];
  }

  saveScenario() {
    const { file, text } = scenarioRow(this.state, this.inputs, this.data.choices, this.writer);
    return this.offer(text === null ? "scenario_not" : "scenario_said", text, file);
  }

  saveInputs() {
    const found = inputsFile(this.state, this.inputs, this.data.choices, this.data.names);
    return found ? this.offer("inputs_said", found.text, found.file, found.command) : this.offer("inputs_not", null);
  }

  /** Show a text to copy, and a link that saves it. */
  offer(said, text, file = "", command = "") {
    const area = value => el("textarea", { readonly: "", rows: 3, "aria-label": this.writer.words.text_to_copy }, value);
    const address = text ? `data:text/plain;charset=utf-8,${encodeURIComponent(text)}` : null;
    put(this.saved, el("p", {}, this.writer.say(said, { file })), command ? area(command) : null, text ? area(text) : null,
      address ? el("p", {}, el("a", { href: address, download: file }, file)) : null);
  }
}
