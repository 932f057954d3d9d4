// Tells the server the browser's time zone, in which it shows times unless another was chosen.
// Rows as dense as this person wants them, from the first line that is drawn on. The button is in the header.

const KEY = "oxaas.density";
const root = document.documentElement;

function addButton() {
  const button = document.querySelector(".density-toggle");
  const show = () => button.setAttribute("aria-pressed", String(root.dataset.density === "roomy"));
  button?.addEventListener("click", () => {
    root.dataset.density = root.dataset.density === "roomy" ? "dense" : "roomy";
    localStorage.setItem(KEY, root.dataset.density);
    show();
  });
  if (button) {
    show();
  }
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone) {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: not every browser has the Cookie Store API
  document.cookie = `oxaas_zone=${zone}; path=/; max-age=31536000; SameSite=Lax${secure}`;
}

// What a script does by itself needs no button.
root.dataset.scripted = "";
root.dataset.density = localStorage.getItem(KEY) === "roomy" ? "roomy" : "dense";
if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", addButton);
} else {
  addButton();
}
