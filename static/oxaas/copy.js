// A button beside each text that is to be pasted elsewhere. Without it, a click on the text selects the whole of it.

if (navigator.clipboard) {
  for (const place of document.querySelectorAll(".copied")) {
    const text = place.querySelector("code, input");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = place.dataset.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.value ?? text.textContent);
      button.textContent = place.dataset.copied;
    });
    place.append(button);
  }
}
