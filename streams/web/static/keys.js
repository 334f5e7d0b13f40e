// Keys of devices: a button with data-key asks the page for a challenge, the device for its answer, and goes on.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-key]");
  if (button) use(button);
});

for (const button of document.querySelectorAll("button[data-key]")) {
  button.hidden = !window.PublicKeyCredential?.parseRequestOptionsFromJSON;
}

async function use(button) {
  const told = document.getElementById("key-state");
  button.disabled = true;
  told.textContent = "Подтвердите на устройстве…";
  try {
    const options = await (await post(button.dataset.options)).json();
    const credential = button.dataset.key === "make"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    const answer = await post(button.dataset.url, JSON.stringify(credential.toJSON()));
    location.assign(answer.headers.get("HX-Redirect") ?? "/");
  } catch (error) {
    told.textContent = error instanceof Refusal ? error.message : "Не получилось. Попробуйте ещё раз.";
    button.disabled = false;
  }
}

class Refusal extends Error {}

async function post(url, body = "") {
  const answer = await fetch(url, { method: "POST", headers: { "HX-Request": "true" }, body });
  if (answer.ok) return answer;
  const to = answer.headers.get("HX-Redirect");
  if (to) location.assign(to);
  throw new Refusal(await answer.text());
}
