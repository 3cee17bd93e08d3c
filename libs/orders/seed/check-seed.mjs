// Usage: node check-seed.mjs
// Holds the three files against what the catalogue promises; says every problem on a line of its own, exit code 1 when there is one.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCsv } from './csv.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const products = readCsv(join(here, 'products.csv'));
const customers = readCsv(join(here, 'customers.csv'));
const orders = readCsv(join(here, 'orders.csv'));
const problems = [];
const must = (holds, what) => holds || problems.push(what);
const unique = (rows, column, file) => must(new Set(rows.map((r) => r[column])).size === rows.length, `${file}: ${column} is not unique`);

must(products.length === 145, `products.csv: ${products.length} products, not 145`);
must(products[0]?.externalProductId === 'AZ-900', 'products.csv: the first is not AZ-900');
must(products.some((p) => p.externalProductId === 'AZ-700' && p.price === '129.00'), 'products.csv: no AZ-700 at 129.00');
unique(products, 'externalProductId', 'products.csv');
for (const p of products) {
  const id = p.externalProductId;
  must(/^[A-Za-z0-9-]{1,64}$/.test(id), `${id}: not an id`);
  must(p.imageUrl === `/covers/${id}.svg`, `${id}: imageUrl ${p.imageUrl}`);
  must(/^(\d|[1-9]\d|100)$/.test(p.discount), `${id}: discount ${p.discount}`);
  must(/^(Monthly|Annual)$/.test(p.billingPeriod), `${id}: billingPeriod ${p.billingPeriod}`);
  must(/^(true|false)$/.test(p.isSubscription), `${id}: isSubscription ${p.isSubscription}`);
  must(/^(0|[1-9]\d{0,7})\.\d\d$/.test(p.price), `${id}: price ${p.price}`);
  for (const column of ['name', 'category', 'vendor']) must(p[column] && p[column] === p[column].trim(), `${id}: ${column} "${p[column]}"`);
}

must(customers.length === 10, `customers.csv: ${customers.length} customers, not 10`);
customers.forEach((c, i) => {
  const id = `CUST-${String(i + 1).padStart(4, '0')}`;
  must(c.externalCustomerId === id, `customers.csv: ${c.externalCustomerId} where ${id} belongs`);
  must(/^[a-z.-]+@example\.com$/.test(c.email), `${id}: email ${c.email}`);
});

const orderIds = new Set(orders.map((o) => o.correlationId));
must(orderIds.size === 6, `orders.csv: ${orderIds.size} orders, not 6`);
for (const o of orders) {
  const id = o.correlationId;
  must(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), `${id}: not a lower-case UUIDv7`);
  const made = new Date(parseInt(id.replace('-', '').slice(0, 12), 16)).toISOString();
  must(made === o.createdAt, `${id}: made ${made}, createdAt ${o.createdAt}`);
  must(customers.some((c) => c.externalCustomerId === o.externalCustomerId), `${id}: unknown customer ${o.externalCustomerId}`);
  must(products.some((p) => p.externalProductId === o.productId && p.price === o.unitPrice), `${id}: no ${o.productId} at ${o.unitPrice}`);
  must(/^[1-9]\d{0,3}$/.test(o.quantity) && o.quantity <= 1000, `${id}: quantity ${o.quantity}`);
}

for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);
