// Charts: a specification is drawn once; from then on only its data change, which keeps a slider fast.

function chart(one, send) {
  const drawn = h("div", { class: "cl-drawn", "aria-hidden": "true" });
  const told = h("figcaption", { class: "cl-told" });
  const save = h("button", { type: "button", class: "cl-save", onclick: () => send({ do: "download", name: "picture", value: one.id }) }, "⤓");
  const el = h("figure", { class: "cl-chart", "data-chart": one.id }, drawn, told, save);
  let spec = null;
  let view = null;
  let held = {};
  let gone = false;
  let busy = Promise.resolve();

  const draw = async (next) => {
    const made = await vegaEmbed(drawn, { ...next.spec, datasets: next.rows }, { renderer: "svg", actions: false, tooltip: { theme: "custom" } });
    if (gone) return made.finalize();
    view?.finalize();
    view = made.view;
    drawn.firstElementChild?.setAttribute("style", "width: 100%");
    el.dataset.drawn = String(Number(el.dataset.drawn ?? 0) + 1);
    el.chart = view;
  };

  const change = async (rows) => {
    const changed = Object.keys(rows).filter((name) => JSON.stringify(rows[name]) !== JSON.stringify(held[name]));
    for (const name of changed) view.data(name, structuredClone(rows[name]));
    if (changed.length) await view.runAsync();
    el.dataset.drawn = String(Number(el.dataset.drawn ?? 0) + 1);
  };

  const update = (next) => {
    say(told, next.alt);
    put(save, "aria-label", next.name);
    put(save, "title", next.save);
    drawn.style.minHeight = `${next.height ?? 200}px`;
    const text = JSON.stringify(next.spec);
    const rows = next.rows;
    busy = busy
      .then(() => (gone ? undefined : text === spec && view ? change(rows) : draw(next)))
      .then(() => {
        spec = text;
        held = rows;
      })
      .catch((error) => {
        drawn.textContent = String(error);
        spec = null;
      });
  };
  const drop = () => {
    gone = true;
    view?.finalize();
  };
  return { el, update, drop };
}
