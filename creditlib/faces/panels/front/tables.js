// Tables, and lists of reasons with their bars: figures to the right, the first column names the row.

function cell(tag, column, value, send, reach) {
  const told = value !== null && typeof value === "object" ? value : { text: value };
  const text = told.text ?? "";
  const sign = told.title && !/[\p{L}\p{N}]/u.test(text); // no word stands on the button: its title is its name
  const press = () => send({ do: "act", name: told.act, value: told.value });
  const inner = told.act ? h("button", { type: "button", class: "cl-link", "aria-label": sign ? told.title : null, onclick: press }, text) : text;
  const side = column.align ?? "left";
  const attrs = { class: `cl-${side} ${told.tone ? `cl-${told.tone}` : ""}`, title: told.title, scope: tag === "th" ? "row" : null };
  return h(tag, attrs, inner, told.bar === undefined ? null : bar(told.bar, reach));
}

// Which ways the bars of a column go: where all go one way, the line they start from stands at the other end.
function reaches(rows, at) {
  const bars = rows.map((row) => row.cells[at]?.bar).filter((share) => share !== undefined);
  return { some: bars.length > 0, below: bars.some((share) => share < 0), above: bars.some((share) => share > 0) };
}

function bar(share, { below, above }) {
  const zero = below && above ? 50 : below ? 100 : 0;
  const size = Math.min(Math.abs(share), 1) * (below && above ? 50 : 100);
  const at = share < 0 ? `right: ${100 - zero}%; width: ${size}%` : `left: ${zero}%; width: ${size}%`;
  return h("span", { class: "cl-bar", style: `--zero: ${zero}%`, "aria-hidden": "true" }, h("span", { class: share < 0 ? "cl-costs" : "cl-ours", style: at }));
}

function table(one, send) {
  const caption = h("caption", { class: "cl-told" });
  const head = h("thead");
  const body = h("tbody");
  const note = h("p", { class: "cl-note" });
  const el = h("div", { class: "cl-table", tabindex: one.tall ? "0" : null, "data-table": one.id }, h("table", {}, caption, head, body), note);
  const update = (next) => {
    say(caption, next.caption);
    say(note, next.note);
    note.hidden = !next.note;
    put(el, "style", next.tall ? `max-height: ${next.tall}px` : null);
    put(el, "aria-label", next.tall ? next.caption : null);
    put(el, "role", next.tall ? "region" : null);
    const reach = next.columns.map((_, at) => reaches(next.rows, at));
    head.replaceChildren(
      h("tr", {}, ...next.columns.map((column, at) => h("th", { scope: "col", class: `cl-${column.align ?? "left"} ${column.tone ? `cl-${column.tone}` : ""} ${reach[at].some ? "cl-barred" : ""}`, style: column.width ? `width: ${column.width}` : null }, column.label))),
    );
    const focused = document.activeElement;
    const at = body.contains(focused) ? [...body.querySelectorAll("button")].indexOf(focused) : -1;
    body.replaceChildren(
      ...next.rows.map((row) =>
        h("tr", { class: row.tone ? `cl-${row.tone}` : null, "data-row": row.id }, ...row.cells.map((value, i) => cell(i ? "td" : "th", next.columns[i], value, send, reach[i]))),
      ),
    );
    if (at >= 0) body.querySelectorAll("button")[at]?.focus();
  };
  return { el, update };
}
