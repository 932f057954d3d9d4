// A list by keyboard: j and k go down and up, x ticks, e changes, c copies, ? tells the keys; not where one types.
// Changing in place and copying are links and buttons too: the short form is fetched into a dialog instead of a page.

const rows = [...document.querySelectorAll("#result_list tbody tr")];
const keys = document.getElementById("list-keys");
const dialog = document.getElementById("list-quick");
const says = document.getElementById("list-says");
let last = -1;

function isTyping(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, .select2-container");
}

function here() {
  const row = document.activeElement?.closest("#result_list tbody tr");
  return row ? rows.indexOf(row) : last;
}

function goTo(place) {
  last = Math.max(0, Math.min(rows.length - 1, place));
  rows[last]?.querySelector("th a, td a")?.focus();
}

async function copy(row) {
  const text = row?.querySelector(".copy-button")?.dataset.text;
  if (text && navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    says.textContent = keys.dataset.copied.replace("{address}", text);
    row.querySelector(".copy-button").classList.add("copied");
  }
}

function addCopyButton(cell) {
  const text = cell.textContent.trim();
  const button = document.createElement("button");
  const words = keys.dataset.copy.replace("{address}", text);
  Object.assign(button, { type: "button", className: "copy-button", title: words, tabIndex: -1 });
  button.dataset.text = text;
  button.setAttribute("aria-label", words);
  button.addEventListener("click", () => copy(button.closest("tr")));
  cell.append(button);
}

async function change(event) {
  const link = event.target.closest("a.quick");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  const response = await fetch(link.href, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const form = page.getElementById("quick-form");
  if (!response.ok || !form) {
    window.location.assign(link.href);
    return;
  }
  const title = document.createElement("h2");
  title.textContent = page.querySelector("h1")?.textContent ?? "";
  title.id = "list-quick-title";
  form.querySelector(".closelink").addEventListener("click", (click) => {
    click.preventDefault();
    dialog.close();
  });
  dialog.replaceChildren(title, document.adoptNode(form));
  dialog.showModal();
  dialog.addEventListener("close", () => link.focus(), { once: true });
}

const actions = {
  j: () => goTo(here() + 1),
  k: () => goTo(here() - 1),
  x: () => rows[here()]?.querySelector(".action-select")?.click(),
  e: () => (rows[here()]?.querySelector("a.quick") ?? rows[here()]?.querySelector("th a, td a"))?.click(),
  c: () => copy(rows[here()]),
  "?": () => keys.showModal(),
};

function press(event) {
  const act = actions[event.key];
  if (act && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
    event.preventDefault();
    act();
  }
}

document.addEventListener("keydown", press);
document.getElementById("result_list")?.addEventListener("click", change);
if (navigator.clipboard) {
  document.querySelectorAll("#result_list tbody :is(.field-uidname, .field-address)").forEach(addCopyButton);
}
