// Usage: node make-covers.mjs OUT_DIR
// Draws OUT_DIR/<externalProductId>.svg for every line of products.csv. The vendor gives the colours, a hash of the id the motif
// and where it sits, so the same catalogue always gives the same bytes and two exams of one vendor still look different.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCsv } from './csv.mjs';

const largest = 3000; // bytes of one cover

// From, to, accent. The words stand on `from`, where white and the accent have at least 7:1.
const palettes = {
  Microsoft: ['#0b3a5e', '#14608f', '#8fd3ff'],
  GitHub: ['#2a2438', '#4b3f72', '#d2c1ff'],
  AWS: ['#3a2410', '#7a4510', '#ffc46b'],
  'Google Cloud': ['#173a6b', '#2a5ca8', '#ffd970'],
  CompTIA: ['#5a1020', '#8f1f33', '#ffb3ba'],
  Cisco: ['#06404a', '#0b6672', '#7fe3ec'],
  'Linux Foundation': ['#1d2f6f', '#3a4fb0', '#b8c6ff'],
  HashiCorp: ['#2f1a5e', '#5a35a3', '#d9bfff'],
  Oracle: ['#5c1d12', '#8c3a22', '#ffc3ab'],
  'Red Hat': ['#4d0b0b', '#8f1414', '#ffb8a8'],
  ISC2: ['#0e4a35', '#14694a', '#9df0c3'],
  ISACA: ['#2c3e22', '#4a662f', '#d3f09a'],
  PMI: ['#4a1f5c', '#75348c', '#f0b9ff'],
  Snowflake: ['#0f4a66', '#156a8c', '#b5ecff'],
  Databricks: ['#5a2212', '#93391b', '#ffcbb0'],
  Salesforce: ['#12406b', '#1d629c', '#b3dcff'],
};
const house = ['#263238', '#455a64', '#cfd8dc'];

// What the far corner leans to, so that a vendor's shelf does not look like one cover many times.
const tints = {
  AI: '#7a1f8f', Networking: '#007a6e', Security: '#8f1f3f', DevOps: '#9a4d00', Data: '#00708f', Development: '#4433a8',
  Containers: '#1f6fb0', Workplace: '#3f5fa8', 'Low code': '#8a2a7a', 'Business apps': '#1f7a4a', Governance: '#6a6a1f', Projects: '#a03a5a',
};
const mix = (a, b, share) => `#${[1, 3, 5].map((i) => Math.round(parseInt(a.slice(i, i + 2), 16) * (1 - share) + parseInt(b.slice(i, i + 2), 16) * share)
  .toString(16).padStart(2, '0')).join('')}`;

const n = (x) => String(Math.round(x * 10) / 10);
const turn = (cx, cy, r, a) => `${n(cx + r * Math.cos(a))},${n(cy + r * Math.sin(a))}`;
const times = (count, draw) => Array.from({ length: count }, (_, i) => draw(i)).join('');

// Each gets `pick(from, to)`, the next number of the id's own sequence, and draws with strokes of the accent.
const motifs = [
  function rings(pick) {
    const [x, y, gap] = [pick(210, 290), pick(30, 120), pick(13, 20)];
    return times(6, (i) => `<circle cx="${n(x)}" cy="${n(y)}" r="${n(gap * (i + 1))}" stroke-dasharray="${n(pick(20, 90))} ${n(pick(4, 22))}"/>`);
  },
  function hexagons(pick) {
    const [x, y, r] = [pick(190, 225), pick(22, 50), pick(19, 25)];
    return times(9, (i) => {
      const [cx, cy] = [x + (i % 3) * r * 1.75 + (i > 2 && i < 6 ? r * 0.875 : 0), y + Math.floor(i / 3) * r * 1.52];
      return `<polygon points="${Array.from({ length: 6 }, (_, k) => turn(cx, cy, r, Math.PI * (k / 3 + 1 / 6))).join(' ')}"${pick(0, 1) > 0.62 ? ' fill="$"' : ''}/>`;
    });
  },
  function waves(pick) {
    const [bend, step] = [pick(18, 46), pick(11, 16)];
    return times(8, (i) => `<path d="M130 ${n(20 + i * step)}q50 ${n(-bend)} 100 0t100 0"/>`);
  },
  function network(pick) {
    const dots = Array.from({ length: 8 }, () => [pick(170, 308), pick(14, 132)]);
    return dots.map(([x, y], i) => {
      const [tx, ty] = dots[(i + 3) % dots.length];
      return `<path d="M${n(x)} ${n(y)}L${n(tx)} ${n(ty)}"/><circle cx="${n(x)}" cy="${n(y)}" r="${n(pick(3, 8))}" fill="$"/>`;
    }).join('');
  },
  function shards(pick) {
    const [cx, cy] = [pick(225, 270), pick(50, 95)];
    return times(9, (i) => {
      const a = (i / 9) * 2 * Math.PI + pick(-0.2, 0.2);
      return `<polygon points="${n(cx)},${n(cy)} ${turn(cx, cy, pick(50, 100), a)} ${turn(cx, cy, pick(40, 80), a + 0.42)}"${i % 3 ? '' : ' fill="$"'}/>`;
    });
  },
  function blocks(pick) {
    return times(20, (i) => {
      const side = pick(8, 24);
      return `<rect x="${n(182 + (i % 5) * 28)}" y="${n(14 + Math.floor(i / 5) * 28)}" width="${n(side)}" height="${n(side)}" rx="4"${pick(0, 1) > 0.6 ? ' fill="$"' : ''}/>`;
    });
  },
  function orbits(pick) {
    const [cx, cy, tilt] = [pick(215, 265), pick(52, 90), pick(0, 60)];
    return times(4, (i) => `<ellipse cx="${n(cx)}" cy="${n(cy)}" rx="${n(pick(66, 88))}" ry="${n(pick(20, 32))}" transform="rotate(${n(tilt + i * 45)} ${n(cx)} ${n(cy)})"/>`) +
      `<circle cx="${n(cx)}" cy="${n(cy)}" r="9" fill="$"/>`;
  },
  function stairs(pick) {
    let y = 138;
    return times(8, (i) => {
      y -= pick(6, 18);
      return `<rect x="${n(166 + i * 18)}" y="${n(y)}" width="13" height="${n(140 - y)}" rx="2"${i % 2 ? ' fill="$"' : ''}/>`;
    });
  },
];

const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function numbersFrom(bytes) {
  let i = 1;
  return (from, to) => from + ((bytes[i++ % bytes.length] * 256 + bytes[(i * 7) % bytes.length]) / 65536) * (to - from);
}

// At most two lines, broken where they come out most even.
function lines(name) {
  if (name.length <= 32) return [name];
  const words = name.split(' ');
  const cuts = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(' '), words.slice(i + 1).join(' ')]);
  return cuts.reduce((best, cut) => (Math.max(...cut.map((l) => l.length)) < Math.max(...best.map((l) => l.length)) ? cut : best));
}

function cover({ externalProductId: id, name, category, vendor }) {
  const hash = createHash('sha256').update(id).digest();
  const [from, to, accent] = palettes[vendor] ?? house;
  const motif = motifs[hash[0] % motifs.length](numbersFrom(hash)).replaceAll('fill="$"', `fill="${accent}" fill-opacity=".35"`);
  const size = Math.min(54, Math.floor(405 / Math.max(id.length, 5)));
  const label = lines(name);
  const top = 186 - 17 * label.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200" role="img" aria-labelledby="t">
<title id="t">${escape(`${id}: ${name}, ${vendor}`)}</title>
<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="${from}"/><stop offset="1" stop-color="${mix(to, tints[category] ?? to, 0.55)}"/></linearGradient></defs>
<rect width="320" height="200" fill="url(#g)"/>
<g fill="none" stroke="${accent}" stroke-width="1.5" stroke-opacity=".45">${motif}</g>
<g fill="${from}" fill-opacity=".62"><rect y="${top - 62}" width="320" height="${262 - top}"/><rect x="16" y="15" width="${n(18 + category.length * 7.4)}" height="24" rx="12" fill-opacity=".85"/></g>
<g font-family="system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif" fill="#fff">
<text x="25" y="31.5" font-size="12.5" font-weight="600" fill="${accent}">${escape(category)}</text>
<text x="16" y="${top - 8}" font-size="${size}" font-weight="800" letter-spacing="-1">${escape(id)}</text>
<text font-size="13.5">${label.map((line, i) => `<tspan x="17" y="${top + 14 + i * 17}">${escape(line)}</tspan>`).join('')}</text>
</g>
</svg>
`;
}

const out = process.argv[2];
if (!out || process.argv.length > 3) {
  console.error('Usage: node make-covers.mjs OUT_DIR');
  process.exit(2);
}
mkdirSync(out, { recursive: true });
for (const product of readCsv(join(dirname(fileURLToPath(import.meta.url)), 'products.csv'))) {
  const svg = cover(product);
  if (Buffer.byteLength(svg) > largest) throw new Error(`${product.externalProductId}: ${Buffer.byteLength(svg)} bytes, more than ${largest}`);
  writeFileSync(join(out, `${product.externalProductId}.svg`), svg);
}
