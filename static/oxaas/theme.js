// Loaded before the page is drawn: rows as dense as this person wants them. The button is in the header.
"use strict";
(() => {
  // What a script does by itself needs no button.
  document.documentElement.dataset.scripted = "";
  const key = "oxaas.density";
  const apply = (density) => {
    document.documentElement.dataset.density = density;
  };
  apply(localStorage.getItem(key) === "roomy" ? "roomy" : "dense");
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector(".density-toggle");
    if (!button) {
      return;
    }
    const show = () => {
      button.setAttribute("aria-pressed", String(document.documentElement.dataset.density === "roomy"));
    };
    button.addEventListener("click", () => {
      const next = document.documentElement.dataset.density === "roomy" ? "dense" : "roomy";
      localStorage.setItem(key, next);
      apply(next);
      show();
    });
    show();
  });
})();
