// Proves the SignalR suites against ASP.NET Core's own SignalR: node tests/conformance/run-oracle.mjs [name …]
// Builds peer-aspnet (the shared framework only), starts it and runs tests/conformance/signalr against it. Needs the .NET 10 SDK; nothing
// else in this repository does.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../support/signalr-server.mjs';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const names = process.argv.slice(2);
const version = spawnSync('dotnet', ['--version'], { encoding: 'utf8' }).stdout?.trim();
if (!version || Number(version.split('.')[0]) < 10) {
  console.error(`the oracle needs the .NET SDK 10, and ${version ? `this is ${version}` : 'there is no dotnet here'}: not run`);
  process.exit(69);
}
const out = path('../../build/peer-aspnet');
const built = spawnSync('dotnet', ['build', path('peer-aspnet/peer.csproj'), '-c', 'Release', '-o', `${out}/bin`, '--nologo', '-v', 'q',
  `-p:BaseIntermediateOutputPath=${out}/obj/`], { stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);

const peer = await startProgram('dotnet', [`${out}/bin/signalr-peer.dll`]);
const tests = spawn(process.execPath, [path('../run.mjs'), '--signalr', peer.url, '--jobs', '4', ...(names.length > 0 ? names : ['conformance/signalr'])], { stdio: 'inherit' });
const code = await new Promise((resolve) => tests.once('exit', (status) => resolve(status ?? 1)));
await peer.stop();
process.exit(code);
