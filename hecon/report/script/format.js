// How figures and sentences are written: by kind, in the signs and words that the page came with.
// The face of hecon/report/numbers.py.
"use strict";

class Writer {
  constructor(words, signs) {
    this.words = words;
    this.signs = signs;
  }

  /** A text with its values filled in. */
  say(name, values = {}) {
    return (this.words[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) =>
      Object.hasOwn(values, key) ? String(values[key]) : whole);
  }

  grouped(value, decimals, signed = false) {
    const text = Math.abs(value).toFixed(decimals);
    if (!/[1-9]/.test(text)) return text.replace(".", this.signs.decimal);
    const [whole, part] = text.split(".");
    const shown = whole.replace(/\B(?=(\d{3})+$)/g, this.signs.thousands);
    const sign = value < 0 ? this.signs.minus : signed ? "+" : "";
    return sign + shown + (part ? this.signs.decimal + part : "");
  }

  /** An amount of money with its currency. */
  money(value, signed = false) {
    if (Number.isNaN(value)) return this.words.not_available;
    const size = Math.abs(value);
    const text = this.grouped(value, size >= 100 || size === 0 ? 0 : 2, signed);
    return this.signs.currency ? this.signs.currency + this.signs.space + text : text;
  }

  /** A heading of amounts, with their currency. */
  priced(heading) {
    return this.signs.currency ? `${heading} (${this.signs.currency})` : heading;
  }

  millions(value) {
    const text = this.grouped(value / 1e6, Math.abs(value) >= 1e7 ? 1 : 2, true);
    return this.say("million", { amount: `${this.signs.currency}${this.signs.space}${text}` });
  }

  effect(value, signed = false) {
    return this.grouped(value, 3, signed);
  }

  /** Per cent; what is not quite 0 or 1 is not shown as such. */
  share(value) {
    const per = text => `${text}${this.signs.space}%`;
    if (value > 0 && value < 0.005) return this.say("less_share", { share: per("1") });
    if (value >= 0.995 && value < 1) return this.say("more_share", { share: per("99") });
    return per(this.grouped(value * 100, Math.abs(value) > 0 && Math.abs(value) < 0.0995 ? 1 : 0));
  }

  /** A number with as many digits as it needs, four at most behind zeros. */
  number(value) {
    if (!Number.isFinite(value)) return String(value);
    if (value === 0) return "0";
    const decimals = Math.min(Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value)))), 6);
    const text = this.grouped(value, decimals), mark = this.signs.decimal;
    return decimals ? text.replace(/0+$/, "").replace(mark === "." ? /\.$/ : /,$/, "") : text;
  }

  /** A number as somebody types it, with all its digits. */
  typed(value) {
    return String(value).replace(".", this.signs.decimal);
  }

  /** The number that somebody typed, NaN where it is none. */
  read(text) {
    return text.trim() === "" ? NaN : Number(text.replace(this.signs.decimal, ".").replace(/[\s\u202f\u00a0]/g, ""));
  }

  listed(names) {
    if (names.length < 2) return names.join("");
    return `${names.slice(0, -1).join(", ")} ${this.words.and} ${names.at(-1)}`;
  }
}
