// What do a browser and an authenticator with one passkey answer a server? Web Authentication, level 3.

import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const PRESENT = 0x01;
const VERIFIED = 0x04;
const ATTESTED = 0x40;

/** A map whose keys and values are bytes already: RFC 8949. */
const map = (pairs) => Buffer.concat([Buffer.from([0xa0 + pairs.length]), ...pairs.flat()]);

const number = (value) => Buffer.from([value < 0 ? 0x20 - 1 - value : value]);

const text = (value) => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);

function bytes(value) {
  const length = Buffer.alloc(3);
  length[0] = 0x59;
  length.writeUInt16BE(value.length, 1);
  return Buffer.concat([length, value]);
}

const hash = (value) => createHash("sha256").update(value).digest();

/** A browser on a page, and an authenticator with one passkey: ES256, no attestation. */
export class Authenticator {
  constructor(origin) {
    this.origin = origin;
    this.id = randomBytes(32);
    this.counter = 0;
    this.pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  }

  /** The key as COSE has it: an elliptic curve's, for ES256, on P-256. */
  key() {
    const { x, y } = this.pair.publicKey.export({ format: "jwk" });
    return map([
      [number(1), number(2)],
      [number(3), number(-7)],
      [number(-1), number(1)],
      [number(-2), bytes(Buffer.from(x, "base64url"))],
      [number(-3), bytes(Buffer.from(y, "base64url"))],
    ]);
  }

  data(relyingParty, flags, rest = Buffer.alloc(0)) {
    this.counter += 1;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    return Buffer.concat([
      hash(relyingParty),
      Buffer.from([PRESENT | VERIFIED | flags]),
      counter,
      rest,
    ]);
  }

  said(type, challenge) {
    const { origin } = this;
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  credential(response) {
    const id = this.id.toString("base64url");
    const shown = Object.entries(response).map(([name, it]) => [name, it.toString("base64url")]);
    return {
      id,
      rawId: id,
      type: "public-key",
      authenticatorAttachment: "platform",
      clientExtensionResults: {},
      response: Object.fromEntries(shown),
    };
  }

  /** What `navigator.credentials.create` gives for these options. */
  create({ rp, user, challenge }) {
    this.user = Buffer.from(user.id, "base64url");
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const made = Buffer.concat([Buffer.alloc(16), length, this.id, this.key()]);
    return this.credential({
      clientDataJSON: this.said("webauthn.create", challenge),
      attestationObject: map([
        [text("fmt"), text("none")],
        [text("attStmt"), map([])],
        [text("authData"), bytes(this.data(rp.id, ATTESTED, made))],
      ]),
    });
  }

  /** What `navigator.credentials.get` gives for these options. */
  get({ rpId, challenge }) {
    const clientDataJSON = this.said("webauthn.get", challenge);
    const authenticatorData = this.data(rpId, 0);
    const signed = Buffer.concat([authenticatorData, hash(clientDataJSON)]);
    const signature = sign("sha256", signed, this.pair.privateKey);
    return this.credential({ clientDataJSON, authenticatorData, signature, userHandle: this.user });
  }
}
