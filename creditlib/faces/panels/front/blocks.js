// What a panel is made of. Each kind: make it once, then tell it what is new.

const BLOCKS = { section, decision, kpis, text, form, buttons, chart, table, fold, legend, columns };

function block(one, send) {
  return BLOCKS[one.kind](one, send);
}

const inside = (el, send) => new Parts(el, (one) => block(one, send));

function section(one, send) {
  const title = h("h3", { class: "cl-title" });
  const sub = h("p", { class: "cl-sub" });
  const body = h("div", { class: "cl-body" });
  const el = h("section", { class: "cl-section", "data-section": one.id }, title, sub, body);
  const parts = inside(body, send);
  const update = (next) => {
    say(title, next.title);
    say(sub, next.sub);
    title.hidden = !next.title;
    sub.hidden = !next.sub;
    put(el, "style", next.grow ? `flex: ${next.grow} 1 0` : null);
    put(el, "data-live", next.live);
    put(el, "data-wide", next.wide);
    return parts.update(next.blocks);
  };
  return { el, update, drop: () => parts.drop() };
}

function columns(one, send) {
  const el = h("div", { class: "cl-row" });
  const parts = inside(el, send);
  return { el, update: (next) => parts.update(next.blocks), drop: () => parts.drop() };
}

function decision(one) {
  const title = h("h2", { class: "cl-decision" });
  const why = h("p", { class: "cl-why" });
  const el = h("div", { "data-decision": one.id }, h("div", { role: "status" }, title), why); // a heading that is also read when it changes
  return { el, update: (next) => (say(title, next.title), say(why, next.why), put(title, "data-tone", next.tone)) };
}

function kpis() {
  const el = h("dl", { class: "cl-kpis" });
  const update = (next) =>
    el.replaceChildren(
      ...next.items.map((item) =>
        h(
          "div",
          { class: item.words ? "cl-words" : null, "data-kpi": item.id },
          h("dt", {}, item.label),
          h("dd", {}, h("span", { class: "cl-value" }, item.value), item.unit ? h("span", { class: "cl-unit" }, item.unit) : ""),
          item.note ? h("dd", { class: "cl-kpi-note" }, item.note) : "",
        ),
      ),
    );
  return { el, update };
}

function text(one, send) {
  const told = h("div", {});
  const place = h("span", { class: "cl-buttons" });
  const el = h("div", { "data-text": one.id }, told, place);
  const acts = new Parts(place, () => button(send));
  const update = (next) => {
    put(el, "class", `cl-text ${next.tone ? `cl-${next.tone}` : ""}`);
    put(told, "role", next.status ? "status" : null);
    const lead = next.lead ? h("strong", {}, next.lead) : "";
    const lines = next.lines.length > 1 ? [lead, h("ul", {}, ...next.lines.map((line) => h("li", {}, line)))] : [lead, h("span", {}, next.lines[0] ?? "")];
    told.replaceChildren(...lines.filter((line) => line !== ""));
    place.hidden = !next.act;
    acts.update(next.act ? [{ kind: "button", ...next.act }] : []);
  };
  return { el, update };
}

function form(one, send) {
  const el = h("div", { class: `cl-form ${one.inline ? "cl-inline" : ""}` });
  const parts = new Parts(el, (each) => control(each, send));
  return { el, update: (next) => parts.update(next.controls) };
}

function button(send) {
  const el = h("button", { type: "button" });
  let now = {};
  el.addEventListener("click", () => send({ do: now.download ? "download" : "act", name: now.name, value: now.value ?? null }));
  const update = (next) => {
    now = next;
    say(el, next.label);
    put(el, "class", next.primary ? "cl-primary" : null);
    put(el, "data-act", next.name);
    put(el, "title", next.title);
    put(el, "aria-pressed", next.pressed === undefined ? null : String(next.pressed));
    el.disabled = Boolean(next.disabled);
  };
  return { el, update };
}

function buttons(one, send) {
  const el = h("div", { class: "cl-buttons" });
  const row = h("span", { class: "cl-buttons" });
  const note = h("span", { class: "cl-sub" });
  el.append(row, note);
  const parts = new Parts(row, () => button(send));
  return { el, update: (next) => (parts.update(next.items.map((item) => ({ kind: "button", ...item }))), say(note, next.note)) };
}

function fold(one, send) {
  const title = h("summary", {});
  const body = h("div", {});
  const el = h("details", { class: "cl-fold", "data-fold": one.id, open: one.open }, title, body);
  const parts = inside(body, send);
  return { el, update: (next) => (say(title, next.title), parts.update(next.blocks)), drop: () => parts.drop() };
}

function legend() {
  const el = h("ul", { class: "cl-legend" });
  const mark = (item) => h("span", { class: "cl-swatch", style: `background: ${item.color}`, "aria-hidden": "true" });
  return { el, update: (next) => el.replaceChildren(...next.items.map((item) => h("li", {}, mark(item), item.label))) };
}
