// Whether the page is dark, which Swagger UI knows by a class.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const dress = () => {
  const chosen = window.localStorage.getItem("docs-theme");
  document.documentElement.classList.toggle("dark-mode", chosen ? chosen === "dark" : dark.matches);
};
dress();
dark.addEventListener("change", dress);
document.addEventListener("docs-theme", dress);
