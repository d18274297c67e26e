// A call with @deepgram/sdk that a test conducts: it reads what to do from standard input, a JSON object a line,
// and writes what comes to standard output in the same way.
//
//   node caller.mjs ws://127.0.0.1:8765 '{"reconnectAttempts": 3}'
//   {"call": "sendSettings", "with": {"type": "Settings", ...}}
//   {"speak": 400, "level": 4096}    400 ms of linear16 at 24000, in frames of 20 ms at the pace of speech
//   {"call": "close"}

import { createInterface } from "node:readline";
import { DeepgramClient } from "@deepgram/sdk";

const [url, options] = process.argv.slice(2);
const SAMPLES = 480;

const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const client = new DeepgramClient({ apiKey: "client-key", environment: { agent: url } });
const connection = await client.agent.v1.createConnection(JSON.parse(options ?? "{}"));

async function speak(ms, level) {
  const frame = Buffer.from(new Int16Array(SAMPLES).fill(level).buffer);
  for (let sent = 0; sent < ms; sent += 20) {
    try {
      connection.sendMedia(frame);
    } catch {
      // The socket is not open.
    }
    await pause(20);
  }
}

connection.on("open", () => tell({ type: "open" }));
connection.on("close", ({ code }) => tell({ type: "close", code, again: connection.socket._shouldReconnect }));
connection.on("error", (error) => tell({ type: "error", message: String(error.message) }));
connection.on("message", (message) => {
  const bytes = message.byteLength ?? message.size;
  tell(bytes === undefined ? message : { type: "audio", bytes });
});
connection.connect();

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if (order.speak) await speak(order.speak, order.level);
  else connection[order.call](order.with);
}
process.exit(0);
