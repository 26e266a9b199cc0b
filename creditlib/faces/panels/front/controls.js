// What a person changes: each with a label of its own, by mouse or by keys; a slider always beside a field to type into.

const CONTROLS = { slider, number: typed, text: typed, date: typed, search, select, choice, check, file };

function control(one, send) {
  return CONTROLS[one.kind](one, send);
}

function frame(one, className) {
  const id = fresh(one.name);
  const label = h("label", { for: id, class: "cl-label" });
  const hint = h("div", { class: "cl-hint", id: `${id}-hint` });
  const wrong = h("div", { class: "cl-wrong", id: `${id}-wrong`, role: "alert" });
  const el = h("div", { class: `cl-control ${className}`, "data-control": one.name });
  const tell = (now, input) => {
    say(label, now.label);
    say(hint, now.hint);
    say(wrong, now.wrong);
    hint.hidden = !now.hint;
    wrong.hidden = !now.wrong;
    put(input, "aria-invalid", now.wrong ? "true" : null);
    put(input, "aria-describedby", now.wrong ? wrong.id : now.hint ? hint.id : null);
    input.disabled = Boolean(now.disabled);
  };
  return { id, label, hint, wrong, el, tell };
}

// A field takes what the library says, unless somebody is typing into it, or what was typed is still to be answered: then false.
function settle(input, value, pending) {
  const typing = document.activeElement === input;
  input.dataset.held = value ?? "";
  if (typing && pending) return false;
  if (!typing || input.dataset.sent === input.value) input.value = input.dataset.sent = value ?? "";
  return true;
}

function field(one, id, send, attrs = {}) {
  const input = h("input", { type: "text", id, autocomplete: "off", spellcheck: "false", ...attrs });
  const give = () => {
    if (input.value === input.dataset.held || input.value === input.dataset.sent) return;
    input.dataset.sent = input.value;
    send({ do: "set", name: one.name, typed: input.value });
  };
  input.addEventListener("change", give);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") give();
    if (event.key === "Escape") input.value = input.dataset.held;
  });
  return input;
}

function slider(one, send) {
  const f = frame(one, "cl-slider");
  const range = h("input", { type: "range", id: f.id });
  const tick = h("span", { class: "cl-tick", "aria-hidden": "true" });
  const fill = h("span", { class: "cl-fill", "aria-hidden": "true" });
  const text = field(one, `${f.id}-typed`, send, { class: "cl-typed", inputmode: "decimal" });
  const unit = h("span", { class: "cl-unit" });
  const track = h("div", { class: "cl-track" }, fill, tick, range);
  f.el.append(f.label, track, text, unit, f.hint, f.wrong);
  let now = one;
  const share = (value) => {
    const [least, most] = [Number(range.min), Number(range.max)];
    return most > least ? Math.min(Math.max((value - least) / (most - least), 0), 1) : 0;
  };
  const draw = () => {
    const [a, b] = [share(now.base ?? Number(range.value)), share(Number(range.value))];
    tick.hidden = now.base === null || now.base === undefined;
    tick.style.left = `calc(9px + (100% - 18px) * ${a})`;
    fill.style.left = `calc(9px + (100% - 18px) * ${Math.min(a, b)})`;
    fill.style.width = `calc((100% - 18px) * ${Math.abs(a - b)})`;
  };
  range.addEventListener("input", () => {
    draw();
    send({ do: "set", name: one.name, value: Number(range.value), more: true });
  });
  range.addEventListener("change", () => send({ do: "rest" }));
  const update = (next) => {
    now = next;
    f.tell(next, text);
    for (const name of ["min", "max", "step"]) put(range, name, next[name]);
    const moving = send.pending(one.name); // the thumb is ahead of this answer
    if (!moving) range.value = next.value ?? next.base ?? next.min;
    put(range, "aria-valuetext", `${next.text} ${next.unit ?? ""}`.trim());
    put(text, "aria-label", `${next.label}${next.unit ? ` (${next.unit})` : ""}`);
    range.disabled = Boolean(next.disabled);
    settle(text, next.text, moving);
    say(unit, next.unit);
    draw();
    return !moving;
  };
  return { el: f.el, update };
}

function typed(one, send) {
  const f = frame(one, "cl-field");
  const input = field(one, f.id, send, { inputmode: one.kind === "number" ? "decimal" : null, placeholder: one.kind === "date" ? "YYYY-MM-DD" : one.placeholder });
  const unit = h("span", { class: "cl-unit" });
  f.el.append(f.label, input, unit, f.hint, f.wrong);
  const update = (next) => {
    f.tell(next, input);
    say(unit, next.unit);
    return settle(input, next.text, send.pending(one.name));
  };
  return { el: f.el, update };
}

function search(one, send) {
  const f = frame(one, "cl-search");
  const list = h("datalist", { id: `${f.id}-list` });
  const input = field(one, f.id, send, { list: list.id, role: "combobox", "aria-expanded": "false" });
  let options = "";
  input.addEventListener("focus", () => input.select());
  input.addEventListener("input", () => {
    if ([...list.options].some((option) => option.value === input.value)) input.dispatchEvent(new Event("change"));
    else send({ do: "look", name: one.name, typed: input.value });
  });
  f.el.append(f.label, input, list, f.hint, f.wrong);
  const update = (next) => {
    f.tell(next, input);
    const told = JSON.stringify(next.options ?? []);
    if (told !== options) {
      options = told;
      list.replaceChildren(...(next.options ?? []).map((option) => h("option", { value: option.label })));
    }
    return settle(input, next.text, send.pending(one.name));
  };
  return { el: f.el, update };
}

function select(one, send) {
  const f = frame(one, "cl-field");
  const input = h("select", { id: f.id, onchange: () => send({ do: "set", name: one.name, value: input.value }) });
  let options = "";
  f.el.append(f.label, input, f.hint, f.wrong);
  const update = (next) => {
    f.tell(next, input);
    const chosen = input.value;
    const told = JSON.stringify(next.options);
    if (told !== options) {
      options = told;
      input.replaceChildren(
        ...next.options.map((option) => h("option", { value: option.value, disabled: option.disabled }, option.label)),
      );
    }
    const ahead = send.pending(one.name); // what was chosen since is still to be answered
    input.value = ahead ? chosen : (next.value ?? "");
    return !ahead;
  };
  return { el: f.el, update };
}

function choice(one, send) {
  const group = fresh(one.name);
  const legend = h("legend", { class: "cl-label" });
  const box = h("div", { class: "cl-options" });
  const wrong = h("div", { class: "cl-wrong", role: "alert" });
  const el = h("fieldset", { class: "cl-control cl-choice", "data-control": one.name }, legend, box, wrong);
  let options = "";
  const update = (next) => {
    say(legend, next.label);
    say(wrong, next.wrong);
    wrong.hidden = !next.wrong;
    const chosen = box.querySelector("input:checked")?.value;
    const told = JSON.stringify(next.options);
    if (told !== options) {
      options = told;
      box.replaceChildren(
        ...next.options.map((option) => {
          const id = fresh("option");
          const give = () => send({ do: "set", name: one.name, value: option.value });
          const input = h("input", { type: "radio", name: group, id, value: option.value, onchange: give });
          return h("span", {}, input, h("label", { for: id }, option.label));
        }),
      );
    }
    const ahead = send.pending(one.name);
    const value = ahead ? chosen : String(next.value ?? "");
    for (const input of box.querySelectorAll("input")) {
      input.checked = input.value === value;
      input.disabled = Boolean(next.disabled);
    }
    return !ahead;
  };
  return { el, update };
}

function check(one, send) {
  const f = frame(one, "cl-check");
  const input = h("input", { type: "checkbox", id: f.id, onchange: () => send({ do: "set", name: one.name, value: input.checked }) });
  f.el.append(input, f.label, f.hint, f.wrong);
  const update = (next) => {
    f.tell(next, input);
    const ahead = send.pending(one.name);
    if (!ahead) input.checked = Boolean(next.value);
    return !ahead;
  };
  return { el: f.el, update };
}

// A file goes in pieces, each small enough for one message; of one that is too large only its size is told.
const PIECE = 4 * 1024 * 1024;

function file(one, send) {
  const f = frame(one, "cl-file");
  const input = h("input", { type: "file", id: f.id, multiple: one.multiple, accept: one.accept });
  let largest = Infinity;
  input.addEventListener("change", async () => {
    const chosen = [...input.files];
    input.value = "";
    for (const each of chosen) {
      const end = each.size > largest ? 0 : each.size;
      for (let at = 0; at === 0 || at < end; at += PIECE) {
        const piece = await each.slice(at, Math.min(at + PIECE, end)).arrayBuffer();
        send({ do: "upload", name: one.name, file: each.name, size: each.size, at }, [piece]);
      }
    }
  });
  f.el.append(f.label, input, f.hint, f.wrong);
  const update = (next) => {
    largest = next.largest ?? Infinity;
    f.tell(next, input);
  };
  return { el: f.el, update };
}
