// The call that the how-to page shows, conducted like that of caller.mjs. The page's block is a file in the folder
// from which this is run.
//
//   {"speak": 400, "level": 4096}
//   {"write": "Hello!"}
//   {"close": true}

import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [url, settings] = process.argv.slice(2);
const { lastingCall } = await import(pathToFileURL("lasting-call.mjs"));

const call = await lastingCall(url, JSON.parse(settings), (message) => {
  const bytes = message.byteLength ?? message.size;
  process.stdout.write(JSON.stringify(bytes === undefined ? message : { type: "audio", bytes }) + "\n");
});

async function speak(ms, level) {
  for (let sent = 0; sent < ms; sent += 20) {
    call.speak(Buffer.from(new Int16Array(480).fill(level).buffer));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if (order.speak) void speak(order.speak, order.level);
  if (order.write) call.write(order.write);
  if (order.close) call.close();
}
process.exit(0);
