// The button that prints the page. Without scripts the browser's own does the same.

for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
