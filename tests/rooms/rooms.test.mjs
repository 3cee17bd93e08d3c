// The check of the rooms on the house itself, and on a house that was built badly.
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { check } from './check.mjs';

const house = fileURLToPath(new URL('../..', import.meta.url));

test('the house keeps to its plan', () => {
  const { complaints, files } = check(house);
  assert.ok(files > 10);
  assert.deepEqual(complaints, []);
});

describe('a bad house', () => {
  let root;
  const write = async (path, text) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'contoso-rooms-'));
    await mkdir(join(root, 'cmake'));
    await cp(join(house, 'cmake/contoso_room.cmake'), join(root, 'cmake/contoso_room.cmake'));
    await write('libs/base/include/base/clock.hpp', '#pragma once\n');
    await write('libs/net/include/net/loop.hpp', '#pragma once\n#include "base/clock.hpp"\n');
    await write('libs/orders/include/orders/store.hpp', '#pragma once\n#include "base/clock.hpp"\n');
    await write('libs/orders/sqlite/include/orders/sqlite/store.hpp', '#pragma once\n#include "orders/store.hpp"\n');
    await write('services/order-accept/include/order_accept/accept_order.hpp', '#pragma once\n#include "orders/store.hpp"\n');
  });
  after(() => rm(root, { recursive: true, force: true }));

  test('is good before it is spoiled', () => assert.deepEqual(check(root).complaints, []));

  const bad = [
    ['libs/base/src/a.cpp', '#include "net/loop.hpp"', /base may not know net/],
    ['libs/orders/src/b.cpp', '#include "net/loop.hpp"', /orders may not know net/],
    ['libs/orders/include/orders/c.hpp', '#include "orders/sqlite/store.hpp"', /port orders may not know the adapter orders_sqlite/],
    ['libs/orders/include/orders/d.hpp', '#include <sqlite3.h>', /sqlite3\.h does not belong here/],
    ['libs/net/include/net/e.hpp', '#include <boost/beast/http.hpp>', /vendor in a public header/],
    ['libs/messaging/src/f.cpp', '#include <sqlite3.h>', /sqlite3\.h does not belong here/],
    ['services/order-process/src/g.cpp', '#include <boost/beast/core.hpp>', /Boost\.Beast does not belong here/],
    ['services/order-process/src/h.cpp', '#include "order_accept/accept_order.hpp"', /order-process may not know the service order-accept/],
    ['services/order-accept/src/i.cpp', '#include "orders/sqlite/store.hpp"', /order-accept may not know the adapter orders_sqlite/],
    ['libs/cellar/src/j.cpp', '#include <string>', /cellar is not in the plan/],
    ['libs/net/src/k.cpp', '#include "../../orders/include/orders/store.hpp"', /climbs out of its room/],
  ];
  for (const [path, text, complaint] of bad)
    test(`${path} is found`, async () => {
      await write(path, `${text}\n`);
      const { complaints } = check(root);
      await rm(join(root, path));
      assert.equal(complaints.filter((c) => complaint.test(c)).length, 1, complaints.join('\n') || 'nothing was found');
    });

  test('the composition root may know all', async () => {
    await write('services/contoso-shop/src/main.cpp', '#include "orders/sqlite/store.hpp"\n#include "order_accept/accept_order.hpp"\n');
    assert.deepEqual(check(root).complaints, []);
  });
});
