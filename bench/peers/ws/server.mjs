// The peer in JavaScript: the hub's Echo and Broadcast on npm's `ws`, as little code as a hub could have.
//   node bench/peers/ws/server.mjs PORT
import {createRequire} from 'node:module';
import {createServer} from 'node:http';

const {WebSocketServer} = createRequire(new URL('../../../tests/package.json', import.meta.url))('ws');
const separator = '\x1e';
const http = createServer();
const server = new WebSocketServer({server: http, path: '/hub', perMessageDeflate: false});

const methods = {
    Echo: (text) => text,
    Void: () => null,
    Broadcast: (text) => {
        const message = Buffer.from(JSON.stringify({type: 1, target: 'b', arguments: [text]}) + separator);
        for (const client of server.clients) client.send(message, {binary: false});
        return null;
    },
};

server.on('connection', (socket) => {
    let open = false;
    socket.on('message', (data) => {
        for (const text of data.toString().split(separator)) {
            if (!text) continue;
            if (!open) {
                open = true;
                socket.send(`{}${separator}`);
                continue;
            }
            const message = JSON.parse(text);
            if (message.type !== 1) continue;
            const result = methods[message.target]?.(...message.arguments) ?? null;
            if (message.invocationId)
                socket.send(JSON.stringify({type: 3, invocationId: message.invocationId, result}) + separator);
        }
    });
});
http.listen(Number(process.argv[2] ?? 5400), '127.0.0.1');
