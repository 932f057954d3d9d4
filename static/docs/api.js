const page = document.getElementById("swagger-ui");
const form = document.getElementById("credentials");
const who = document.getElementById("who");
const theme = document.getElementById("theme");
let authorization = "";

/** The header's value for a name and a password, whose characters are sent as UTF-8. */
function basic(name, password) {
  const bytes = new TextEncoder().encode(`${name}:${password}`);
  return `Basic ${btoa(String.fromCodePoint(...bytes))}`;
}

function use(value, sentence) {
  authorization = value;
  who.textContent = sentence;
}

form.addEventListener("change", () => {
  for (const way of ["basic", "bearer"]) {
    for (const field of form.querySelectorAll(`.${way}`)) {
      field.hidden = form.elements.way.value !== way;
    }
  }
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { way, name, password, token } = form.elements;
  if (way.value === "bearer") {
    use(`Bearer ${token.value.trim()}`, "Calls are made with the API password.");
  } else {
    use(basic(name.value, password.value), `Calls are made as ${name.value}.`);
  }
});

document.getElementById("forget").addEventListener("click", () => {
  form.elements.password.value = "";
  form.elements.token.value = "";
  use("", "Calls are made without a login.");
});

theme.value = window.localStorage.getItem("docs-theme") ?? "";
theme.addEventListener("change", () => {
  if (theme.value) {
    window.localStorage.setItem("docs-theme", theme.value);
  } else {
    window.localStorage.removeItem("docs-theme");
  }
  document.dispatchEvent(new Event("docs-theme"));
});
form.hidden = false;
theme.closest("p").hidden = false;

/** The examples of an operation, above its responses. */
function withSamples(Responses, system) {
  const draw = system.React.createElement;
  return (props) => {
    const place = ["paths", props.path, props.method, "x-codeSamples"];
    const samples = system.specSelectors.specJson().getIn(place)?.toJS() ?? [];
    const figures = samples.map((one) =>
      draw(
        "figure",
        { key: one.label },
        draw("figcaption", null, one.label),
        draw("pre", { tabIndex: 0 }, draw("code", null, one.source)),
      ),
    );
    return draw("div", null, draw("div", { className: "docs samples" }, figures), draw(Responses, props));
  };
}

const nothing = () => () => null;

/** A link's text alone: the links of operations are inside buttons. */
function withoutLink(_DeepLink, system) {
  return (props) => system.React.createElement("span", null, props.text);
}

// What Swagger UI leaves out: a name for what is chosen, and a way for the keyboard into what scrolls.
new MutationObserver(() => {
  for (const one of page.querySelectorAll("pre:not([tabindex])")) {
    one.tabIndex = 0;
  }
  for (const one of page.querySelectorAll("tr[data-param-name] select:not([aria-label])")) {
    one.ariaLabel = one.closest("tr").dataset.paramName;
  }
}).observe(page, { childList: true, subtree: true });

window.SwaggerUIBundle({
  url: page.dataset.schema,
  domNode: page,
  deepLinking: true,
  presets: [window.SwaggerUIBundle.presets.apis],
  plugins: [
    () => ({
      wrapComponents: {
        // The page has its own title, and one form that logs in for all.
        InfoContainer: nothing,
        authorizeBtn: nothing,
        authorizeOperationBtn: nothing,
        // No body has two examples to choose from; and the path can be selected as it is.
        ExamplesSelect: nothing,
        CopyToClipboardBtn: nothing,
        DeepLink: withoutLink,
        responses: withSamples,
      },
    }),
  ],
  layout: "BaseLayout",
  syntaxHighlight: { activated: false },
  // The login is not for whoever looks over a shoulder.
  showMutatedRequest: false,
  // The validator is another host's.
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (!request.loadSpec) {
      // Neither the browser's own question for a login nor the web admin's cookie.
      request.credentials = "omit";
      if (authorization) {
        request.headers.Authorization = authorization;
      }
    }
    return request;
  },
});
