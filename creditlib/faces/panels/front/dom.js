// Elements, and lists of them that are kept by key: nothing a person focused is ever taken away and put back.

// Make an element. attrs: attributes; "on…" are listeners; text is never read as HTML.
function h(tag, attrs = {}, ...kids) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : String(value));
  }
  el.append(...kids.filter((kid) => kid !== null && kid !== undefined && kid !== ""));
  return el;
}

function put(el, name, value) {
  if (value === null || value === undefined || value === false) el.removeAttribute(name);
  else if (el.getAttribute(name) !== String(value === true ? "" : value)) el.setAttribute(name, value === true ? "" : String(value));
}

function say(el, text) {
  if (el.textContent !== (text ?? "")) el.textContent = text ?? "";
}

// Make the children of an element exactly those given, moving as few as can be.
function keep(parent, wanted) {
  const held = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!held.has(child)) child.remove();
  wanted.forEach((child, at) => {
    if (parent.childNodes[at] !== child) parent.insertBefore(child, parent.childNodes[at] ?? null);
  });
}

// A list of parts made from descriptions: one is made again only where its kind changed, else told what is new. A part whose
// update gives false could not take it yet, and is told again next time; so is the list it stands in.
class Parts {
  constructor(el, make) {
    this.el = el;
    this.make = make;
    this.held = new Map();
  }

  update(described) {
    const next = new Map();
    let whole = true;
    described.forEach((one, at) => {
      const key = `${one.kind}:${one.id ?? one.name ?? at}`;
      const text = JSON.stringify(one);
      let part = this.held.get(key);
      if (!part) part = { ...this.make(one), text: null };
      if (part.text !== text) part.text = part.update(one) === false ? null : text;
      whole &&= part.text !== null;
      next.set(key, part);
    });
    for (const [key, part] of this.held) if (!next.has(key)) part.drop?.();
    this.held = next;
    keep(this.el, [...next.values()].map((part) => part.el));
    return whole;
  }

  drop() {
    for (const part of this.held.values()) part.drop?.();
  }
}

let counted = 0;
const fresh = (word) => `cl-${word}-${(counted += 1)}`;
