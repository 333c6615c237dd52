// A consumer in another language: verifies, decrypts and prints the example vectors. Node 18, no packages.
// usage: node consumer.mjs vectors.json      one JSON document a line; exit 1 with a reason where anything does not hold.
import { createDecipheriv, createECDH, createHash, createPublicKey, hkdfSync, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const refuse = (why) => { throw new Error(why); };
const HALF_ORDER = Buffer.from("7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8", "hex"); // of P-256
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

// --- CBOR (RFC 8949): the deterministic forms of the contract and nothing else ------------------------
class Tagged { constructor(tag, value) { this.tag = tag; this.value = value; } }

function encodeHead(major, n) {
  const bytes = n < 24 ? 0 : n < 0x100 ? 1 : n < 0x10000 ? 2 : n < 2 ** 32 ? 4 : 8;
  const head = Buffer.alloc(1 + bytes);
  head[0] = (major << 5) | (bytes ? 24 + Math.log2(bytes) : n);
  if (bytes === 8) head.writeBigUInt64BE(BigInt(n), 1);
  else if (bytes) head.writeUIntBE(n, 1, bytes);
  return head;
}

function encode(value) { // what the structures to be verified need
  if (value === null) return Buffer.from([0xf6]);
  if (typeof value === "number") return value < 0 ? encodeHead(1, -1 - value) : encodeHead(0, value);
  if (typeof value === "string") return Buffer.concat([encodeHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([encodeHead(2, value.length), value]);
  return Buffer.concat([encodeHead(4, value.length), ...value.map(encode)]);
}

function decode(data) {
  let at = 0;
  const take = (n) => (at + n <= data.length ? data.subarray(at, (at += n)) : refuse("CBOR ends too early"));
  const argument = (low) => {
    if (low < 24) return low;
    if (low > 27) refuse("an indefinite or reserved length");
    const bytes = take(1 << (low - 24));
    const n = low === 27 ? Number(bytes.readBigUInt64BE()) : bytes.readUIntBE(0, bytes.length);
    if (n > Number.MAX_SAFE_INTEGER) refuse("a number above 2^53");
    return encodeHead(0, n).length === 1 + bytes.length ? n : refuse("a longer form of a number than needed");
  };
  const simple = (low) => {
    if (low === 20 || low === 21) return low === 21;
    if (low === 22) return null;
    if (low === 27) return take(8).readDoubleBE();
    if (low === 26) return take(4).readFloatBE();
    if (low === 25) return half(take(2).readUInt16BE());
    return refuse("a simple value that the contract does not use");
  };
  const half = (bits) => {
    const exponent = (bits >> 10) & 31, fraction = bits & 1023, sign = bits >> 15 ? -1 : 1;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
  };
  const item = (depth) => {
    if (depth > 16) refuse("nested too deeply");
    const head = take(1)[0], major = head >> 5;
    if (major === 7) return simple(head & 31);
    const n = argument(head & 31);
    if (major < 2) return major ? -1 - n : n;
    if (major === 2) return Buffer.from(take(n));
    if (major === 3) return new TextDecoder("utf-8", { fatal: true }).decode(take(n));
    if (major === 6) return new Tagged(n, item(depth + 1));
    if (n > data.length) refuse("more items than bytes");
    if (major === 4) return Array.from({ length: n }, () => item(depth + 1));
    const map = new Map();
    for (let i = 0; i < n; i++) {
      const key = item(depth + 1);
      if (map.has(key)) refuse("a key that stands twice");
      map.set(key, item(depth + 1));
    }
    return map;
  };
  const value = item(0);
  return at === data.length ? value : refuse("bytes after the end");
}

// --- COSE (RFC 9052, 9053) in the wire's two shapes ------------------------------------------------------
const parts = (data, tag) => {
  const message = decode(data);
  return message instanceof Tagged && message.tag === tag && message.value.length === 4
    ? message.value : refuse(`no COSE message with tag ${tag}`);
};

function payloadOf(data, key, mediaType) { // COSE_Sign1, ES256
  const [head, open, payload, signature] = parts(data, 18);
  const stated = decode(head);
  if (stated.get(1) !== -7 || stated.get(16) !== mediaType) refuse("signed for another purpose");
  if (!open.get(4).equals(Buffer.from(key.kid, "hex"))) refuse("signed with another key");
  if (signature.subarray(32).compare(HALF_ORDER) > 0) refuse("the twin of a signature");
  const [x, y] = [key.x, key.y].map((hex) => Buffer.from(hex, "hex").toString("base64url"));
  const jwk = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const signed = encode(["Signature1", head, Buffer.alloc(0), payload]);
  return verify("sha256", signed, { key: jwk, dsaEncoding: "ieee-p1363" }, signature)
    ? decode(payload) : refuse("the signature does not hold");
}

function decrypt(data, key, place) { // COSE_Encrypt, A256GCM, ECDH-ES + A256KW
  const [head, open, sealed, recipients] = parts(data, 96);
  if (decode(head).get(1) !== 3) refuse("another algorithm than A256GCM");
  const ours = recipients.find(([, named]) => named.get(4).equals(Buffer.from(key.kid, "hex")));
  const [protectedHead, named, wrapped] = ours ?? refuse("sealed for other keys than ours");
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(Buffer.from(key.private, "hex"));
  const sender = named.get(-1);
  const secret = ecdh.computeSecret(Buffer.concat([Buffer.from([4]), sender.get(-2), sender.get(-3)]));
  const nobody = [null, null, null];
  const context = encode([-5, nobody, nobody, [256, protectedHead]]);
  const wrap = Buffer.from(hkdfSync("sha256", secret, Buffer.alloc(0), context, 32));
  const unwrap = createDecipheriv("id-aes256-wrap", wrap, Buffer.alloc(8, 0xa6));
  const contentKey = Buffer.concat([unwrap.update(wrapped), unwrap.final()]);
  const gcm = createDecipheriv("aes-256-gcm", contentKey, open.get(5));
  gcm.setAAD(encode(["Encrypt", head, encode(place)]));
  gcm.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([gcm.update(sealed.subarray(0, -16)), gcm.final()]);
}

// --- the contract: statement, chain, event, receipt -------------------------------------------------------
const plain = (value) => value instanceof Map ? Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]))
  : Buffer.isBuffer(value) ? value.toString("base64") : Array.isArray(value) ? value.map(plain) : value;

function main(file) {
  const { keys, events, receipt } = JSON.parse(readFileSync(file, "utf8"));
  const stored = new Map();
  let previous = Buffer.alloc(32);
  for (const { wire } of events) {
    const [statement, ciphertext] = decode(Buffer.from(wire, "hex"));
    const stated = payloadOf(statement, keys.kiosk_signing, "application/vnd.border-kiosk.statement+cbor");
    if (!sha256(ciphertext).equals(stated.get("sha256"))) refuse("not the ciphertext that was signed");
    if (!previous.equals(stated.get("previous"))) refuse("the chain is broken");
    const place = ["kiosk", "epoch", "sequence"].map((name) => stated.get(name));
    const event = decode(decrypt(ciphertext, keys.centre_decryption, place));
    previous = sha256(statement);
    stored.set(place.join(" "), previous);
    console.log(JSON.stringify({ statement: plain(stated), event: plain(event) }));
  }
  const kept = payloadOf(Buffer.from(receipt, "hex"), keys.centre_receipts, "application/vnd.border-kiosk.receipt+cbor");
  for (const [epoch, sequence, hash] of kept.get("entries"))
    if (!stored.get([kept.get("kiosk"), epoch, sequence].join(" "))?.equals(hash)) refuse("a receipt for something else");
  console.log(JSON.stringify({ receipt: plain(kept) }));
}

try { main(process.argv[2]); } catch (error) { console.error(error.message); process.exit(1); }
