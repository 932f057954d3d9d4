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

// What a script does by itself needs no button.
root.dataset.scripted = "";
root.dataset.density = localStorage.getItem(KEY) === "roomy" ? "roomy" : "dense";
if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", addButton);
} else {
  addButton();
}
