// The mailbox panel on a user's page: fetched when the page is there, so that a slow mail store keeps nobody waiting.

const panel = document.querySelector(".mail-panel");
const content = panel?.querySelector(".content");

function say(sentence) {
  const line = document.createElement("div");
  line.className = "body";
  line.textContent = sentence;
  content.replaceChildren(line);
}

async function show(options) {
  try {
    const answer = await fetch(panel.dataset.url, options);
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    // The server's own template, in which every stored text is escaped.
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    content.replaceChildren(...page.body.children);
  } catch {
    say(panel.dataset.failed);
  }
}

if (panel) {
  content.addEventListener("click", (event) => {
    if (event.target.closest(".show-subjects")) {
      const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
      show({ method: "POST", headers: { "X-CSRFToken": token } });
    }
  });
  show({});
}
