// How does a form get a passkey? It says what it wants in `data-passkey` (`get` or `create`) and with which options in
// `data-options`; what the browser answers is sent as `credential`.
"use strict";

(() => {
  document.querySelectorAll("[data-scriptless]").forEach((one) => (one.hidden = true));
  const forms = document.querySelectorAll("form[data-passkey]");
  const isAble = "credentials" in navigator && "PublicKeyCredential" in window;
  if (!isAble) {
    document.querySelectorAll("[data-unable]").forEach((one) => (one.hidden = false));
    return;
  }

  const bytes = (text) => {
    const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) => {
    const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
    return btoa(letters.join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  };

  // What `parseRequestOptionsFromJSON` does, for browsers that are too old for it.
  const read = (json) => {
    const options = JSON.parse(json);
    const wanted = options.publicKey ?? options;
    wanted.challenge = bytes(wanted.challenge);
    if (wanted.user) wanted.user.id = bytes(wanted.user.id);
    for (const list of [wanted.allowCredentials, wanted.excludeCredentials]) {
      for (const one of list ?? []) one.id = bytes(one.id);
    }
    return wanted;
  };
  const write = (credential) => {
    const { response } = credential;
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    if (response.getTransports) parts.transports = response.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: parts,
    });
  };

  // Browsers allow one question at a time: whoever asks next ends the one before.
  let asking = null;
  const ask = async (form, mediation) => {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    const publicKey = read(form.dataset.options);
    const wanted = { publicKey, signal: mine.signal, ...(mediation && { mediation }) };
    const ceremony = form.dataset.passkey === "create" ? "create" : "get";
    const credential = await navigator.credentials[ceremony](wanted);
    form.elements.namedItem("credential").value = write(credential);
    form.submit();
  };

  for (const form of forms) {
    const button = form.querySelector("button");
    const trouble = form.querySelector("[data-trouble]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      trouble.hidden = true;
      button.setAttribute("aria-busy", "true");
      try {
        await ask(form);
      } catch (error) {
        if (error.name !== "AbortError") trouble.hidden = false;
      } finally {
        button.removeAttribute("aria-busy");
      }
    });
  }

  // In the field of the name, where the browser can: people pick the passkey as they would a password.
  const offer = document.querySelector("form[data-offer]");
  if (offer && PublicKeyCredential.isConditionalMediationAvailable) {
    PublicKeyCredential.isConditionalMediationAvailable()
      .then((isThere) => isThere && ask(offer, "conditional"))
      .catch(() => {});
  }
})();
