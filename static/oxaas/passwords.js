// Beside the fields of a new password: a look at what was typed, and one made by chance for all of them.

const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH = 20;

function generate() {
  let made = "";
  while (made.length < LENGTH) {
    // What is above the largest multiple is left out: every letter is as likely as any other.
    const [value] = crypto.getRandomValues(new Uint8Array(1));
    if (value < 256 - (256 % LETTERS.length)) {
      made += LETTERS[value % LETTERS.length];
    }
  }
  return made;
}

const fields = [...document.querySelectorAll("[data-new-password]")];
const tools = document.getElementById("password-tools");

if (fields.length > 0 && tools) {
  fields[0].after(tools.content.cloneNode(true));
  const show = document.querySelector("[data-tool=show]");
  const reveal = (visible) => {
    show.setAttribute("aria-pressed", String(visible));
    for (const field of fields) {
      field.type = visible ? "text" : "password";
    }
  };
  show.addEventListener("click", () => reveal(fields[0].type === "password"));
  document.querySelector("[data-tool=generate]").addEventListener("click", () => {
    const made = generate();
    for (const field of fields) {
      field.value = made;
    }
    reveal(true);
  });
  // A password that can be seen is not offered to be remembered as a text.
  fields[0].form.addEventListener("submit", () => reveal(false));
}
