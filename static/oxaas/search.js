// The search box in the header: Ctrl-K or "/" goes to it, hits appear below while typing, the arrow keys choose. An
// empty box shows favourites and what was opened last.
// Without this script the form leads to the page of hits.

const form = document.querySelector(".global-search");
const box = form.querySelector("input[type=search]");
const list = form.querySelector(".search-hits");
// What a screen reader is told of the hits.
const says = form.querySelector("[role=status]");
// Milliseconds without a key before the server is asked.
const PAUSE = 120;
let chosen = -1;
let waiting;
let asked = 0;

function options() {
  return Array.from(list.querySelectorAll("[role=option]"));
}

function choose(index) {
  const all = options();
  chosen = all.length ? (index + all.length) % all.length : -1;
  all.forEach((option, number) => {
    option.setAttribute("aria-selected", String(number === chosen));
  });
  if (chosen >= 0) {
    box.setAttribute("aria-activedescendant", all[chosen].id);
    all[chosen].scrollIntoView({ block: "nearest" });
  } else {
    box.removeAttribute("aria-activedescendant");
  }
}

function close() {
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
  choose(-1);
  chosen = -1;
}

function cell(name, text) {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
}

// The name, with the part that was found, and where an alias leads.
function marked(hit) {
  const [before, part, after] = hit.found;
  const label = cell("label", before);
  if (part) {
    const mark = document.createElement("mark");
    mark.textContent = part;
    label.append(mark, after);
  }
  if (hit.leads) {
    label.append(cell("leads", ` → ${hit.leads}`));
  }
  return label;
}

// A kind is named once, above its first hit.
function withoutRepeats(hits) {
  return hits.map((hit, number) => (number && hits[number - 1].kind === hit.kind ? { ...hit, kind: "" } : hit));
}

function lineOf(hit, number) {
  const option = document.createElement("li");
  option.id = `search-hit-${number}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.dataset.url = hit.url;
  option.append(cell("kind", hit.kind), marked(hit), cell("detail", hit.detail));
  return option;
}

function nothing() {
  const none = document.createElement("li");
  none.setAttribute("role", "presentation");
  none.append(cell("detail", list.dataset.nothing));
  return none;
}

function toAll() {
  return {
    kind: "",
    found: [list.dataset.all, "", ""],
    leads: "",
    detail: "",
    url: `${form.action}?q=${encodeURIComponent(box.value)}`,
  };
}

function show(hits, text) {
  if (!text && !hits.length) {
    close();
    return;
  }
  const lines = text ? [...withoutRepeats(hits), toAll()] : withoutRepeats(hits);
  list.replaceChildren(...(hits.length ? lines.map(lineOf) : [nothing()]));
  says.textContent = hits.length ? list.dataset.count.replace("…", String(hits.length)) : list.dataset.nothing;
  chosen = -1;
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
}

async function ask() {
  const text = box.value.trim();
  asked += 1;
  const mine = asked;
  const answer = await fetch(`${form.action}?format=json&q=${encodeURIComponent(text)}`, {
    headers: { Accept: "application/json" },
  });
  if (answer.ok && mine === asked) {
    const { hits } = await answer.json();
    if (document.activeElement === box) {
      show(hits, text);
    }
  }
}

function press(event) {
  if (event.key === "ArrowDown") {
    event.preventDefault();
    choose(chosen + 1);
  } else if (event.key === "ArrowUp") {
    event.preventDefault();
    choose(Math.max(chosen, 0) - 1);
  } else if (event.key === "Enter" && chosen >= 0) {
    event.preventDefault();
    window.location.assign(options()[chosen].dataset.url);
  } else if (event.key === "Escape") {
    close();
  }
}

function goToBox(event) {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const wanted = (event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing);
  if (wanted) {
    event.preventDefault();
    box.focus();
    box.select();
  }
}

box.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE);
});
box.addEventListener("focus", () => {
  if (!box.value.trim()) {
    ask();
  }
});
box.addEventListener("blur", close);
box.addEventListener("keydown", press);
// The box keeps the focus while a hit is pressed, so that the hits stay until it is known which one it is.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) {
    window.location.assign(option.dataset.url);
  }
});
document.addEventListener("keydown", goToBox);
