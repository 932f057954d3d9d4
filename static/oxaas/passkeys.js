// Passkeys: asks the browser for one, and sends its answer with the form that the button stands in.

const BINARY = ["challenge", "id", "rawId", "clientDataJSON", "attestationObject", "authenticatorData", "signature"];

function toBytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function toText(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function readOptions(text) {
  const options = JSON.parse(text);
  options.challenge = toBytes(options.challenge);
  if (options.user) {
    options.user.id = toBytes(options.user.id);
  }
  for (const one of [...(options.excludeCredentials ?? []), ...(options.allowCredentials ?? [])]) {
    one.id = toBytes(one.id);
  }
  return options;
}

function answerOf(credential) {
  const response = {};
  for (const name of BINARY) {
    if (credential.response[name]) {
      response[name] = toText(credential.response[name]);
    }
  }
  if (credential.response.userHandle) {
    response.userHandle = toText(credential.response.userHandle);
  }
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response };
}

async function ask(button) {
  const form = button.form;
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const publicKey = readOptions(button.dataset.options);
    const credential = await navigator.credentials[button.dataset.passkey]({ publicKey });
    form.elements.passkey.value = JSON.stringify(answerOf(credential));
    form.submit();
  } catch {
    failed.textContent = button.dataset.failed;
    failed.hidden = false;
  }
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  if (window.PublicKeyCredential) {
    button.hidden = false;
    button.addEventListener("click", () => ask(button));
  }
}
