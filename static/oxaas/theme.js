// Tells the server the browser's time zone, in which it shows times unless another was chosen.
// The button in the header makes rows and text denser or more comfortable.

const root = document.documentElement;

// At once and without loading the page anew, in which something may be half written; the server keeps it.
async function change(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const roomy = document.body.classList.toggle("roomy");
  form.querySelector("button").setAttribute("aria-pressed", String(roomy));
  const body = new FormData(form);
  body.set("density", roomy ? "roomy" : "dense");
  await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true });
}

function begin() {
  document.querySelector(".density-form")?.addEventListener("submit", change);
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the Cookie Store API
  document.cookie = `oxaas_zone=${zone}; path=/; max-age=31536000; SameSite=Lax${secure}`;
}

// What a script does by itself needs no button.
root.dataset.scripted = "";
if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", begin);
} else {
  begin();
}
