// Passkeys: the one thing in these pages that needs a script (WebAuthn Level 3). A form says what it is for:
//   <form method="post" data-passkey="get|create" data-options="/where/the/options/are?handler=Options" hidden>
//     <input type="hidden" name="credential"> … <p data-passkey-problem hidden>…</p>
// It is shown where the browser can do it. Sent, it posts its fields for the options, asks the authenticator, and posts the answer.

const canDo = "PublicKeyCredential" in window
  && "parseRequestOptionsFromJSON" in PublicKeyCredential && "parseCreationOptionsFromJSON" in PublicKeyCredential;

async function optionsOf(form) {
  const answer = await fetch(form.dataset.options, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error(`No options: ${answer.status}`);
  return await answer.json();
}

async function credentialOf(form) {
  const options = await optionsOf(form);
  return form.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

async function send(form) {
  const problem = form.querySelector("[data-passkey-problem]");
  const button = form.querySelector("button");
  problem?.setAttribute("hidden", "");
  button.disabled = true;
  try {
    form.elements.namedItem("credential").value = JSON.stringify(await credentialOf(form));
    form.submit();
  } catch (error) {
    console.warn(error);
    problem?.removeAttribute("hidden");
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!canDo) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form);
  });
}
