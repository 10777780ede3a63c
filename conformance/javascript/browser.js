// What does somebody do at the pages, without a browser? Keeps cookies, fills forms, follows nothing by itself.

import assert from "node:assert/strict";

const plain = (text) =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll(/&#(x?)([0-9a-f]+);/gi, (_, hex, digits) =>
      String.fromCodePoint(Number.parseInt(digits, hex ? 16 : 10)),
    )
    .replaceAll("&amp;", "&");

const attribute = (tag, name) => {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag);
  return found ? plain(found[1]) : undefined;
};

export class Browser {
  #cookies = new Map();

  async #send(url, options = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...options.headers, ...(cookie ? { cookie } : {}) };
    const answer = await fetch(url, { ...options, headers, redirect: "manual" });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const at = pair.indexOf("=");
      if (/max-age=0/i.test(line)) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = answer.headers.get("location");
    const body = await answer.text();
    return { status: answer.status, body, to: location && new URL(location, url), url };
  }

  /** Follows redirects of the server itself, and stops at a page or where it leads elsewhere. */
  async open(url) {
    let page = await this.#send(url);
    for (let hops = 0; page.to && page.to.origin === new URL(url).origin; hops += 1) {
      assert(hops < 10, "redirected in circles");
      page = await this.#send(page.to);
    }
    return page;
  }

  /** Fills the first form of a page. */
  async fill(page, values) {
    assert(!page.to, `led to ${page.to}`);
    const form = /<form[\s\S]*?<\/form>/.exec(page.body)?.[0];
    assert(form, page.body);
    const fields = new URLSearchParams();
    for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
      if (attribute(tag, "type") === "hidden") {
        fields.set(attribute(tag, "name"), attribute(tag, "value") ?? "");
      }
    }
    for (const [name, value] of Object.entries(values)) fields.set(name, value);
    const action = new URL(attribute(form, "action"), page.url);
    return this.#send(action, { method: "POST", body: fields });
  }
}
