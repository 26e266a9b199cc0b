// The panel: what Python describes is shown, what a person does is told to Python, one question at a time.

function theme(model, root) {
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  const host = () => {
    const lab = document.body.dataset.jpThemeLight;
    return lab === undefined || model.get("addressed") ? (media.matches ? "dark" : "light") : lab === "false" ? "dark" : "light";
  };
  const apply = () => {
    const chosen = model.get("theme");
    const now = chosen === "auto" ? host() : chosen;
    put(root, "data-theme", now);
    if (model.get("addressed")) put(document.documentElement, "data-creditlib", now);
  };
  const watch = new MutationObserver(apply);
  watch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  media.addEventListener("change", apply);
  model.on("change:theme", apply);
  apply();
  return () => (watch.disconnect(), media.removeEventListener("change", apply), model.off("change:theme", apply));
}

// One question at a time: while an answer is awaited only the newest value of each control is kept.
function line(model, root) {
  let asked = 0;
  let now = {};
  const waiting = [];
  const open = () => asked > model.get("answered");
  const go = () => {
    put(root, "aria-busy", open() || waiting.length ? "true" : "false");
    if (open() || !waiting.length) return;
    const [next, buffers] = waiting.shift();
    now = next;
    asked = model.get("answered") + 1;
    model.send({ ...next, ask: asked }, undefined, buffers);
  };
  model.on("change:answered", go);
  const send = (message, buffers = []) => {
    const last = waiting.at(-1)?.[0];
    const same = last?.do === message.do && last.name === message.name && last.more === message.more;
    if (same && (message.do === "look" || message.more)) waiting.pop(); // what was typed before a drag is a thing of its own
    waiting.push([message, buffers]);
    go();
  };
  // Whether something newer of this control is still to be answered: what the library says of it now is old.
  send.pending = (name) => waiting.some(([one]) => one.name === name) || (open() && now.name === name);
  send.end = () => model.off("change:answered", go);
  return send;
}

function address(model) {
  const name = () => model.get("view").panel;
  const read = () => new URLSearchParams(window.location.hash.slice(1));
  return {
    given: () => read().get(name()),
    write: () => {
      const all = read();
      const told = JSON.stringify(model.get("view").state ?? {});
      if (all.get(name()) === told) return;
      if (told === "{}") all.delete(name());
      else all.set(name(), told);
      window.history.replaceState(window.history.state, "", `#${all.toString()}`);
    },
  };
}

// JupyterLab acts on plain keys (arrows fold cells, Enter edits); inside a panel they are the panel's. Ctrl+S stays with the notebook.
function ownKeys(root) {
  const judge = (event) => {
    const command = (event.ctrlKey || event.metaKey) && event.key !== "z";
    if (root.contains(event.target)) put(event.target, "data-lm-suppress-shortcuts", command ? null : "true");
  };
  window.addEventListener("keydown", judge, true);
  return () => window.removeEventListener("keydown", judge, true);
}

function save(message, buffers) {
  const url = URL.createObjectURL(new Blob(buffers, { type: message.type }));
  const link = h("a", { href: url, download: message.file });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function render({ model, el }) {
  const root = h("div", { class: "cl-panel", "aria-busy": "false" });
  const send = line(model, root);
  const left = h("div", { class: "cl-form cl-inline" });
  const sub = h("p", { class: "cl-sub cl-about" });
  const right = h("div", { class: "cl-buttons" });
  const wrong = h("div", { class: "cl-error", role: "alert" });
  const going = h("div", { class: "cl-progress cl-going", role: "status", hidden: true }, h("progress", { max: "1" }), h("span"));
  const body = h("div", { class: "cl-figures" });
  const foot = h("footer", { class: "cl-foot" });
  root.append(h("header", { class: "cl-top" }, left, sub, right), going, wrong, body, foot);
  el.append(root);

  const controls = new Parts(left, (one) => control(one, send));
  const actions = new Parts(right, () => button(send));
  const parts = new Parts(body, (one) => block(one, send));
  const place = address(model);

  let whole = true;
  const show = () => {
    const view = model.get("view");
    if (!view.panel) return;
    put(root, "lang", view.lang === "zh" ? "zh-CN" : "en");
    put(root, "data-panel", view.panel);
    put(root, "data-state", JSON.stringify(view.state));
    put(root, "data-stale", view.error ? "yes" : null);
    say(wrong, view.error);
    wrong.hidden = !view.error;
    whole = controls.update(view.top.controls);
    say(sub, view.top.sub);
    actions.update(view.top.buttons.map((one) => ({ kind: "button", ...one })));
    whole = parts.update(view.blocks) && whole;
    foot.replaceChildren(...view.foot.map((line) => h("span", {}, line)));
    if (model.get("addressed")) place.write();
  };
  const told = (message, buffers) => {
    if (message.file) save(message, buffers);
    if (message.progress !== undefined) {
      going.hidden = message.progress === null;
      going.firstChild.value = message.progress ?? 0;
      say(going.lastChild, message.text);
    }
  };
  const rest = () => whole || show();
  model.on("change:view", show);
  model.on("change:answered", rest);
  model.on("msg:custom", told);
  root.addEventListener("keydown", (event) => {
    const typing = event.target.type === "text";
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !typing) {
      event.preventDefault();
      send({ do: "undo" });
    }
  });
  const untheme = theme(model, root);
  const free = ownKeys(root);
  const given = model.get("addressed") ? place.given() : null;
  if (given) send({ do: "restore", state: given });
  show();
  return () => {
    untheme();
    free();
    send.end();
    parts.drop();
    model.off("change:view", show);
    model.off("change:answered", rest);
    model.off("msg:custom", told);
  };
}

export default { render };
